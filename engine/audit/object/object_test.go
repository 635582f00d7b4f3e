package object

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// compile makes an ELF file with the machine's compiler.
func compile(t *testing.T, text string, flags ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command("gcc", append([]string{"-x", "c", "-", "-o", out, "-O2", "-w"}, flags...)...)
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("gcc %v: %v\n%s", flags, err, out)
	}
	b, err := os.ReadFile(out)
	must(t, err)
	return b
}

func read(t *testing.T, b []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(b), int64(len(b)))
	must(t, err)
	return f
}

const example = `
#include <stdio.h>
#include <math.h>
__asm__(".symver one_new,one@@V2"); __asm__(".symver one_old,one@V1");
int one_new(int a) { return printf("libexample.so.7 %d", a); }
int one_old(int a) { return puts("libexample.so.7"); }
double two(double a) { return cos(a) + a; }
static int implementation(void) { return 1; }
static void *choose(void) { return implementation; }
int chosen(void) __attribute__((ifunc("choose")));
extern int maybe(void) __attribute__((weak));
int three(void) { return maybe ? maybe() : 0; }
__asm__(".section .note.dlopen,\"a\",@note\n.balign 4\n.long 4,2f-1f,0x407c0c0a\n.asciz \"FDO\"\n1: .asciz \"[{\\\"soname\\\":[\\\"libexample.so.7\\\"],\\\"feature\\\":\\\"f\\\"}]\"\n2: .balign 4\n.previous");
`

// library is a file with everything that is read.
func library(t *testing.T, flags ...string) []byte {
	script := filepath.Join(t.TempDir(), "map")
	must(t, os.WriteFile(script, []byte("V1 { global: one; two; three; chosen; local: *; }; V2 { global: one; } V1;"), 0o644))
	return compile(t, example, append([]string{"-shared", "-fPIC", "-Wl,-soname,libx.so.1", "-Wl,-rpath,$ORIGIN/../lib:/x",
		"-Wl,--version-script=" + script, "-Wl,--no-as-needed", "-lm"}, flags...)...)
}

// What is read is what debug/elf reads of a file that nobody tampered with.
func TestReadAgreesWithTheStandardLibrary(t *testing.T) {
	for _, style := range []string{"gnu", "sysv", "both"} {
		b := library(t, "-Wl,--hash-style="+style)
		f := read(t, b)
		std, err := elf.NewFile(bytes.NewReader(b))
		must(t, err)
		needed, err := std.ImportedLibraries()
		must(t, err)
		if !slices.Equal(f.Needed, needed) || f.SoName != "libx.so.1" || f.RunPath != "$ORIGIN/../lib:/x" || f.RPath != "" {
			t.Errorf("%v %q %q %q, want %v", f.Needed, f.SoName, f.RunPath, f.RPath, needed)
		}
		if !f.IFunc || !f.Library() || f.Program() || !slices.Equal(f.Versions, []string{"V1", "V2"}) {
			t.Errorf("ifunc %v, library %v, program %v, versions %v", f.IFunc, f.Library(), f.Program(), f.Versions)
		}
		imported, err := std.ImportedSymbols()
		must(t, err)
		var want, got []string
		for _, s := range imported {
			want = append(want, s.Name+" "+s.Version+" "+s.Library)
		}
		for _, s := range f.Undefined {
			if !s.Weak {
				got = append(got, s.Name+" "+s.Version+" "+s.Library)
			}
		}
		// Those that are weak, debug/elf leaves out too. It has no order.
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("undefined\n%q\nwant\n%q", got, want)
		}
		for _, tt := range []struct {
			name, version string
			want          bool
		}{{"one", "V1", true}, {"one", "V2", true}, {"one", "", true}, {"one", "V3", false}, {"two", "V1", true}, {"two", "V2", false}, {"implementation", "", false}, {"puts", "", false}} {
			if got := f.Defines(tt.name, tt.version); got != tt.want {
				t.Errorf("defines %s@%s: %v", tt.name, tt.version, got)
			}
		}
		if !slices.ContainsFunc(f.Undefined, func(s Symbol) bool { return s.Name == "maybe" && s.Weak }) {
			t.Errorf("undefined %+v", f.Undefined)
		}
	}
}

// The loader looks at no section header, and neither do we.
func TestReadNeedsNoSections(t *testing.T) {
	b := library(t)
	want := fmt.Sprintf("%+v", told(read(t, b)))
	for i := 40; i < 48; i++ {
		b[i] = 0 // e_shoff
	}
	clear(b[58:64])
	if got := fmt.Sprintf("%+v", told(read(t, b))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// told is all that a file says.
func told(f *File) []any {
	var texts []string
	f.Strings(".so", func(address uint64, text string) { texts = append(texts, fmt.Sprint(address, " ", text)) })
	return []any{f.Interpreter, f.Needed, f.SoName, f.RunPath, f.Defined, f.Undefined, f.Needs, f.Versions, f.Dlopens(), f.Functions(), texts}
}

func TestPrograms(t *testing.T) {
	const main = "int main(void) { return 0; }"
	tests := []struct {
		name             string
		flags            []string
		program, dynamic bool
		interpreter      string
	}{
		{"PIE", []string{"-pie"}, true, true, "/lib64/ld-linux-x86-64.so.2"},
		{"at its place", []string{"-no-pie", "-fno-pie"}, true, true, "/lib64/ld-linux-x86-64.so.2"},
		{"static", []string{"-static", "-nostartfiles", "-nostdlib", "-Wl,-e,main"}, true, false, ""},
		{"static PIE", []string{"-static-pie", "-nostartfiles", "-nostdlib", "-Wl,-e,main"}, true, true, ""},
		{"object", []string{"-c"}, false, false, ""},
	}
	for _, tt := range tests {
		f := read(t, compile(t, main, tt.flags...))
		if f.Program() != tt.program || f.Dynamic != tt.dynamic || f.Interpreter != tt.interpreter {
			t.Errorf("%s: program %v, dynamic %v, interpreter %q", tt.name, f.Program(), f.Dynamic, f.Interpreter)
		}
	}
}

// The functions are those of the symbol table, which a stripped file has not.
func TestFunctions(t *testing.T) {
	plain := strings.ReplaceAll(example, `__asm__(".symver`, "//")
	full := compile(t, plain, "-shared", "-fPIC", "-lm")
	std, err := elf.NewFile(bytes.NewReader(full))
	must(t, err)
	symbols, err := std.Symbols()
	must(t, err)
	stripped := compile(t, plain, "-shared", "-fPIC", "-lm", "-s")
	functions := read(t, stripped).Functions()
	for _, want := range []string{"two", "three", "implementation"} {
		i := slices.IndexFunc(symbols, func(s elf.Symbol) bool { return s.Name == want })
		j := slices.IndexFunc(functions, func(f Function) bool { return f.Start == symbols[i].Value && f.Size == symbols[i].Size })
		if j < 0 {
			t.Errorf("%s at %#x, %d bytes, is not among %+v", want, symbols[i].Value, symbols[i].Size, functions)
		} else if name := functions[j].Name; name != want && name != "" {
			t.Errorf("%s is called %s", want, name)
		}
	}
	// Without the unwinder's table there are the symbols.
	if named := read(t, compile(t, plain, "-shared", "-fPIC", "-lm", "-s", "-fno-asynchronous-unwind-tables")).Functions(); !slices.ContainsFunc(named, func(f Function) bool { return f.Name == "two" && f.Size > 0 }) {
		t.Errorf("functions %+v", named)
	}
}

func TestDlopensAndStrings(t *testing.T) {
	f := read(t, library(t))
	if got := fmt.Sprintf("%+v", f.Dlopens()); got != "[{SoNames:[libexample.so.7] Feature:f Description: Priority:}]" {
		t.Errorf("dlopens %s", got)
	}
	var texts []string
	f.Strings(".so.7", func(_ uint64, text string) { texts = append(texts, text) })
	if !slices.Contains(texts, "libexample.so.7") || !slices.Contains(texts, "libexample.so.7 %d") {
		t.Errorf("strings %q", texts)
	}
	// A string at the end of a piece is found once.
	f = read(t, compile(t, fmt.Sprintf("const char a[] = {[0 ... %d] = 1, 0, 'l', 'i', 'b', 'y', '.', 's', 'o', 0, [%d] = 1};", textPiece-600, 3*textPiece), "-shared"))
	texts = nil
	f.Strings("liby.so", func(_ uint64, text string) { texts = append(texts, text) })
	if !slices.Equal(texts, []string{"liby.so"}) {
		t.Errorf("strings %q", texts)
	}
}

// Nothing that a file says makes the reader fall, or take more memory than some
// of the file's size.
func TestHostile(t *testing.T) {
	good := library(t)
	random := rand.New(rand.NewSource(1))
	try := func(b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := Read(bytes.NewReader(b), int64(len(b)))
		if err == nil {
			told(f)
			_, _ = f.Code(f.Entry, 16)
		} else if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotELF) {
			t.Fatalf("error %v", err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 64<<20 {
			t.Fatalf("it took %d bytes", took)
		}
	}
	for i := 0; i < len(good); i += 1 + i/8 {
		try(good[:i])
	}
	// What the tables of the loader and the headers say is changed most.
	end := min(len(good), 4096)
	for range 2000 {
		b := slices.Clone(good)
		for range 1 + random.Intn(4) {
			at := random.Intn(len(b))
			if random.Intn(2) == 0 {
				at = random.Intn(end)
			}
			for j := range min(1+random.Intn(8), len(b)-at) {
				b[at+j] = byte(random.Intn(256)) | byte(-random.Intn(2))
			}
		}
		try(b)
	}
	if _, err := Read(bytes.NewReader(good), 1<<62); err != nil && !errors.Is(err, ErrDamaged) {
		t.Errorf("a size that is a lie: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	self, err := os.Executable()
	if err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b[:4096])
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := Read(bytes.NewReader(b), int64(len(b))); err == nil {
			told(o)
		}
	})
}

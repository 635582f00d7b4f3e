package static

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// elfFixture is a store with a base, whose glibc is a few symbols.
type elfFixture struct {
	t       *testing.T
	dir     string
	subject Subject
	cpu     string
	glibc   string
}

// libcBytes is compiled once.
var libcBytes []byte

const (
	libcSource   = "void puts(void) {} void dlopen(void) {} void fresh(void) {} void private(void) {}"
	libcVersions = "GLIBC_2.2.5 { puts; dlopen; }; GLIBC_2.34 { fresh; }; GLIBC_PRIVATE { private; };"
)

// newELF makes the store; the output that is looked at is "own".
func newELF(t *testing.T) *elfFixture {
	t.Helper()
	x := &elfFixture{t: t, dir: t.TempDir()}
	x.subject.Base = x.tree('b', "base")
	x.subject.Tree = x.tree('0', "own")
	const libc = "lib/x86_64-linux-gnu/libc.so.6"
	if libcBytes == nil {
		script := filepath.Join(t.TempDir(), "map")
		must(t, os.WriteFile(script, []byte(libcVersions), 0o644))
		made, err := os.ReadFile(x.library(x.subject.Base, libc, libcSource, "-Wl,--version-script="+script))
		must(t, err)
		libcBytes = made
	}
	x.write(x.subject.Base, libc, string(libcBytes))
	return x
}

// tree makes an output; its key is one letter.
func (x *elfFixture) tree(key rune, name string) Tree {
	path := strings.Repeat(string(key), 32) + "-" + name
	dir := filepath.Join(x.dir, path)
	must(x.t, os.MkdirAll(dir, 0o755))
	return Tree{Path: path, Part: name, Dir: dir}
}

func (x *elfFixture) visible(key rune, name string) Tree {
	t := x.tree(key, name)
	x.subject.Visible = append(x.subject.Visible, t)
	return t
}

func (x *elfFixture) other(key rune, name string) Tree {
	t := x.tree(key, name)
	x.subject.Others = append(x.subject.Others, t)
	return t
}

func (x *elfFixture) write(t Tree, rel, text string) {
	x.t.Helper()
	file := filepath.Join(t.Dir, rel)
	must(x.t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(x.t, os.WriteFile(file, []byte(text), 0o755))
}

func (x *elfFixture) link(t Tree, rel, target string) {
	x.t.Helper()
	must(x.t, os.MkdirAll(filepath.Dir(filepath.Join(t.Dir, rel)), 0o755))
	must(x.t, os.Symlink(target, filepath.Join(t.Dir, rel)))
}

// library compiles a shared library without any of the machine's; its SONAME is
// its name, but for plugins.
func (x *elfFixture) library(t Tree, rel, source string, flags ...string) string {
	x.t.Helper()
	flags = append([]string{"-shared"}, flags...)
	if base := filepath.Base(rel); strings.HasPrefix(base, "lib") {
		flags = append(flags, "-Wl,-soname,"+base)
	}
	return x.compile(t, rel, source, flags...)
}

func (x *elfFixture) program(t Tree, rel, source string, flags ...string) string {
	x.t.Helper()
	return x.compile(t, rel, source+"\nvoid _start(void) { __builtin_trap(); }",
		append([]string{"-pie", "-Wl,-dynamic-linker=/lib64/ld-linux-x86-64.so.2"}, flags...)...)
}

func (x *elfFixture) compile(t Tree, rel, source string, flags ...string) string {
	x.t.Helper()
	out := filepath.Join(t.Dir, rel)
	must(x.t, os.MkdirAll(filepath.Dir(out), 0o755))
	args := []string{"-x", "c", "-", "-x", "none", "-o", out, "-O2", "-w", "-fPIC", "-nostdlib", "-fno-builtin", "-fno-stack-protector",
		"-Wl,--no-as-needed", "-Wl,--allow-shlib-undefined", "-Wl,--hash-style=gnu", "-Wl,--enable-new-dtags"}
	cmd := exec.Command("gcc", append(args, flags...)...)
	cmd.Stdin = strings.NewReader(source)
	if text, err := cmd.CombinedOutput(); err != nil {
		x.t.Fatalf("gcc %v: %v\n%s", cmd.Args, err, text)
	}
	return out
}

// libc is the file of the base's.
func (x *elfFixture) libc() string {
	return filepath.Join(x.subject.Base.Dir, "lib/x86_64-linux-gnu/libc.so.6")
}

func rpath(text string) string { return "-Wl,-rpath=" + text }

// inStore is the path of a tree that programs see.
func inStore(t Tree, rel string) string { return rootfs.Logical + "/" + t.Path + "/" + rel }

// audit gives what the rules of ELF files find.
func (x *elfFixture) audit() []audit.Finding {
	x.t.Helper()
	all, err := New(audit.Settings{GLibC: x.glibc, CPU: x.cpu}).Audit(context.Background(), x.subject)
	must(x.t, err)
	return slices.DeleteFunc(all, func(f audit.Finding) bool {
		return !strings.Contains("S01 S02 S03 S04 S05 S06 S11 S23 S24 S26", string(f.Rule))
	})
}

// want compares what is found with lines of "S01 error bin/x libz.so.1".
func (x *elfFixture) want(lines ...string) []audit.Finding {
	x.t.Helper()
	all := x.audit()
	var got []string
	for _, f := range all {
		got = append(got, fmt.Sprintf("%s %s %s %s", f.Rule, f.Severity, f.File, f.Subject))
		if f.Message == "" || len(f.Evidence) == 0 || f.Fix == "" && f.Severity != audit.Note {
			x.t.Errorf("incomplete: %+v", f)
		}
	}
	if !slices.Equal(got, lines) {
		x.t.Errorf("found\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(lines, "\n\t"))
		for _, f := range all {
			x.t.Logf("%+v", f)
		}
	}
	return all
}

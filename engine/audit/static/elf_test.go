package static

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/audit"
)

func TestSearchPathsInterpreterAndMachine(t *testing.T) {
	x := newELF(t)
	z := x.visible('a', "zlib")
	other := x.other('c', "xz")
	gone := "/var/lib/belljar/store/" + strings.Repeat("e", 32) + "-gone"
	list := []string{"$ORIGIN/../lib", "$ORIGIN/../../" + z.Path + "/lib", inStore(z, "lib"), // these may be
		"/build/x/.libs", "/tmp/x", "/tc/lib", "/usr/lib", "", "lib", "$ORIGIN/../../../lib", inStore(other, "lib"), gone, "$UNKNOWN/lib"}
	x.program(x.subject.Tree, "bin/x", "", rpath(strings.Join(list, ":")))
	x.library(x.subject.Tree, "lib/old.so", "", rpath("/opt/lib"), "-Wl,--disable-new-dtags")
	x.program(x.subject.Tree, "bin/musl", "", "-Wl,-dynamic-linker=/lib/ld-musl-x86_64.so.1")
	patch(t, x.library(x.subject.Tree, "lib/arm.so", ""), 18, 183, 0)
	patch(t, x.library(x.subject.Tree, "lib/big.so", ""), 5, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 21)
	patch(t, x.library(x.subject.Tree, "lib/x32.so", ""), 4, 1)
	x.compile(x.subject.Tree, "lib/object.o", "", "-c")
	patch(t, filepath.Join(x.subject.Dir, "lib/object.o"), 18, 183, 0)
	x.write(x.subject.Tree, "share/damaged", "\x7fELF\x02\x01\x01 and no more")
	x.want(
		"S03 error bin/x ",
		"S03 error bin/x $ORIGIN/../../../lib",
		"S03 error bin/x $UNKNOWN/lib",
		"S03 error bin/x /build/x/.libs",
		"S03 error bin/x /tc/lib",
		"S03 error bin/x /tmp/x",
		"S03 error bin/x /usr/lib",
		"S03 error bin/x "+inStore(other, "lib"),
		"S03 error bin/x "+gone,
		"S03 error bin/x lib",
		"S03 error lib/old.so /opt/lib",
		"S04 error bin/musl /lib/ld-musl-x86_64.so.1",
		"S11 error lib/arm.so aarch64",
		"S11 error lib/big.so ppc64",
		"S11 error lib/x32.so x86_64",
	)
}

func TestVersions(t *testing.T) {
	x := newELF(t)
	x.glibc = "2.31"
	gcc := x.visible('a', "gcc-libs")
	script := filepath.Join(x.dir, "map")
	x.write(Tree{Dir: x.dir}, "map", "GLIBCXX_3.4.99 { newest; };")
	std := x.library(gcc, "lib/libstdc++.so.6", "void newest(void) {}", "-Wl,--version-script="+script)
	beside := rpath("$ORIGIN/../../" + gcc.Path + "/lib")
	x.program(x.subject.Tree, "bin/old", "void puts(void); void f(void) { puts(); }", x.libc())
	x.program(x.subject.Tree, "bin/new", "void fresh(void); void f(void) { fresh(); }", x.libc())
	x.program(x.subject.Tree, "bin/private", "void private(void); void f(void) { private(); }", x.libc())
	x.program(x.subject.Tree, "bin/declared", "void newest(void); void f(void) { newest(); }", std, beside)
	x.want("S05 error bin/new GLIBC_2.34", "S05 error bin/private GLIBC_PRIVATE")
	x.glibc = "2.34"
	x.want("S05 error bin/private GLIBC_PRIVATE")

	// The same library without that version, and from nowhere at all.
	x.write(Tree{Dir: x.dir}, "map", "GLIBCXX_3.4.98 { newest; };")
	x.library(gcc, "lib/libstdc++.so.6", "void newest(void) {}", "-Wl,--version-script="+script)
	x.want("S05 error bin/declared GLIBCXX_3.4.99", "S05 error bin/private GLIBC_PRIVATE")
	x.subject.Visible = nil
	x.want("S01 error bin/declared libstdc++.so.6", "S03 error bin/declared $ORIGIN/../../"+gcc.Path+"/lib",
		"S05 error bin/declared GLIBCXX_3.4.99", "S05 error bin/private GLIBC_PRIVATE")
}

// A ceiling is a set: what was never defined is in none.
func TestCeilings(t *testing.T) {
	tests := []struct {
		version string
		since   string // the first policy that has it; "" for none
	}{
		{"GLIBC_2.2.5", "2.17"}, {"GLIBC_2.17", "2.17"}, {"GLIBC_2.18", "2.28"}, {"GLIBC_2.28", "2.28"}, {"GLIBC_2.29", "2.31"},
		{"GLIBC_2.34", "2.34"}, {"GLIBC_2.36", "2.36"}, {"GLIBC_ABI_DT_RELR", "2.36"}, {"GLIBC_2.38", ""},
		{"GLIBC_2.0", ""}, {"GLIBC_2.19", ""}, {"GLIBC_2.3.1", ""}, {"GLIBC_PRIVATE", ""}, {"GLIBC_", ""},
		{"GLIBCXX_3.4.19", "2.17"}, {"GLIBCXX_3.4.24", "2.28"}, {"GLIBCXX_3.4.28", "2.31"}, {"GLIBCXX_3.4.29", "2.34"}, {"GLIBCXX_3.4.30", "2.36"}, {"GLIBCXX_3.4.31", ""},
		{"CXXABI_1.3.7", "2.17"}, {"CXXABI_TM_1", "2.17"}, {"CXXABI_FLOAT128", "2.28"}, {"CXXABI_1.3.11", "2.28"}, {"CXXABI_1.3.12", "2.31"}, {"CXXABI_1.3.13", "2.34"},
		{"GCC_4.8.0", "2.17"}, {"GCC_7.0.0", "2.28"}, {"GCC_12.0.0", "2.36"}, {"GCC_5.0.0", ""},
		{"LIBATOMIC_1.0", "2.28"}, {"OPENSSL_3.0.0", "2.17"}, {"libfoo", "2.17"},
	}
	for _, tt := range tests {
		since := ""
		for _, policy := range audit.Ceilings() {
			got, ok := allows(policy, tt.version)
			if got != policy || since != "" && !ok {
				t.Errorf("%s: policy %s is %s, %v after %s", tt.version, policy, got, ok, since)
			}
			if ok && since == "" {
				since = policy
			}
		}
		if since != tt.since {
			t.Errorf("%s: since %q, want %q", tt.version, since, tt.since)
		}
	}
	if policy, _ := allows("", "GLIBC_2.4"); policy != defaultGLibC {
		t.Errorf("the default is %s", policy)
	}
}

func TestSymbols(t *testing.T) {
	x := newELF(t)
	own := x.subject.Tree
	const use = "void zip(void); void alpha(void); void f(void) { zip(); alpha(); }"
	x.library(own, "lib/libbad.so.1", use, x.libc())
	x.library(own, "lib/libweak.so.1", "__attribute__((weak)) void zip(void); void f(void) { if (zip) zip(); }", x.libc())
	a := x.library(own, "lib/liba.so.1", "void zip(void) {} void alpha(void) {}")
	b := x.library(own, "lib/libb.so.1", "", a, rpath("$ORIGIN"))
	x.library(own, "lib/libgood.so.1", use, b, rpath("$ORIGIN"))
	// What a program brings: its own symbols to all, its library's to plugins.
	python := x.visible('a', "python")
	lib := x.library(python, "lib/libpython3.so", "void PyOne(void) {}")
	x.program(python, "bin/python3", "void PyTwo(void) {} void PyOne(void); void g(void) { PyOne(); }", lib, rpath("$ORIGIN/../lib"), "-rdynamic")
	x.library(own, "lib/module.so", "void PyOne(void); void PyTwo(void); void f(void) { PyOne(); PyTwo(); }", x.libc())
	x.library(own, "lib/libmodule.so", "void PyOne(void); void PyTwo(void); void f(void) { PyOne(); PyTwo(); }", x.libc())
	all := x.want("S06 error lib/libbad.so.1 alpha", "S06 error lib/libmodule.so PyOne")
	if all[0].Message != "uses alpha and 1 other symbol, which nothing defines that it needs" || len(all[0].Evidence) != 2 {
		t.Errorf("%+v", all[0])
	}
}

func TestOpened(t *testing.T) {
	x := newELF(t)
	own := x.subject.Tree
	z := x.visible('a', "zlib")
	lib := x.library(z, "lib/libz.so.1", "")
	x.library(own, "lib/plugins/libown.so", "")
	note := func(json string) string {
		return `__asm__(".section .note.dlopen,\"a\",@note\n.balign 4\n.long 4,2f-1f,0x407c0c0a\n.asciz \"FDO\"\n1: .asciz \"` + strings.ReplaceAll(json, `"`, `\\\"`) + `\"\n2: .balign 4\n.previous");`
	}
	x.library(own, "lib/libnoted.so.1", note(`[{"soname":["liblzma.so.5"],"feature":"xz","priority":"suggested"},{"soname":["libno.so","libown.so"]}]`))
	names := `const char *const names[] = {"libmissing.so.2", "libz.so.1", "libown.so", "/usr/lib/p11-kit.so", "lib%s.so", "a libtext.so", "libtext.sorry", "plugin.so", "libc.so.6", "/lib64/ld-linux-x86-64.so.2"};`
	x.program(own, "bin/opens", names+"void dlopen(void); void f(void) { dlopen(); }", x.libc(), rpath(inStore(z, "lib")))
	x.program(own, "bin/does-not", names, x.libc(), lib, rpath(inStore(z, "lib")))
	all := x.want(
		"S23 note bin/opens /usr/lib/p11-kit.so",
		"S23 note bin/opens libmissing.so.2",
		"S23 warning lib/libnoted.so.1 liblzma.so.5",
	)
	if got := all[2].Evidence[0].Text; got != "liblzma.so.5 xz (suggested)" {
		t.Errorf("evidence %q", got)
	}
}

func TestCPULevel(t *testing.T) {
	x := newELF(t)
	own := x.subject.Tree
	const loops = `
	void add(int *a, const int *b) { for (int i = 0; i < 64; i++) a[i] += b[i]; }
	double dot(const double *a, const double *b) { double s = 0; for (int i = 0; i < 64; i++) s += a[i] * b[i]; return s; }
	void plain(void) {}
	#ifdef __POPCNT__
	int count(unsigned a) { return __builtin_popcount(a); }
	#endif
	`
	const asks = `void asks(void) { unsigned a = 0, b, c = 0, d; __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d)); }`
	x.library(own, "lib/libplain.so.1", loops, "-march=x86-64", "-O3")
	x.library(own, "lib/libv2.so.1", loops, "-march=x86-64-v2")
	x.library(own, "lib/libv3.so.1", loops, "-march=x86-64-v3", "-O3")
	x.library(own, "lib/libv4.so.1", loops, "-march=x86-64-v4", "-O3", "-mprefer-vector-width=512")
	wholly := loops + asks
	for i := range 8 {
		wholly += fmt.Sprintf("double many%d(const double *a) { return a[0] * a[1] + a[%d]; }\n", i, i)
	}
	x.library(own, "lib/libwholly.so.1", wholly, "-march=x86-64-v3", "-O3")
	few := strings.Repeat("x", 12)
	for i := range few {
		few += "\nvoid f" + string(rune('a'+i)) + "(void) {}"
	}
	few = few[12:]
	chosen := x.library(own, "lib/libchooses.so.1", few+asks+`__attribute__((target("avx2"))) int two(unsigned a, unsigned b) { return a & ~b; }
		__attribute__((target("aes"))) void aes(long long __attribute__((vector_size(16))) *a) { *a = __builtin_ia32_aesenc128(*a, *a); }`)
	x.library(own, "lib/libuser.so.1", few+`__attribute__((target("avx"))) void avx(float *a) { __asm__("vzeroupper"); }`, chosen, rpath("$ORIGIN"))
	want := []string{
		"S24 note lib/libchooses.so.1 no-level",
		"S24 note lib/libuser.so.1 x86-64-v3",
		"S24 warning lib/libv2.so.1 x86-64-v2",
		"S24 warning lib/libv3.so.1 x86-64-v3",
		"S24 warning lib/libv4.so.1 x86-64-v4",
		"S24 warning lib/libwholly.so.1 x86-64-v3",
	}
	x.want(want...)
	x.cpu = "v3"
	x.want(want[0], want[4])
}

package trace_test

import (
	"strings"
	"testing"

	"belljar.build/sandbox/observe"
)

func lib(names ...string) (paths []string) {
	for _, n := range names {
		paths = append(paths, gccLib+n, "/usr/lib/x86_64-linux-gnu/"+n, store+zlib+"/lib/"+n)
	}
	return paths
}

// TestLibraries is D02.
func TestLibraries(t *testing.T) {
	b := newBuild(t)
	sh := b.start(0, "/tc/bin/bash", "sh", "./configure", "--prefix=/x")
	ld := b.gcc(sh, "ld", []string{"-o", "conftest", "/tmp/x.o", "-llzma", "-lbz2", "-lm"}, "-o", "conftest", "conftest.c", "-llzma", "-lbz2")
	b.found(ld, observe.Open, "/tc/priv/liblzma.so.5") // what the linker itself runs with
	b.missed(ld, observe.Open, lib("liblzma.so", "liblzma.a", "libbz2.so", "libnowhere.so", "libnowhere.a", "libc.a")...)
	b.missed(ld, observe.Stat, lib("liblzma.so")...)
	b.found(ld, observe.Open, "/opt/x/libbz2.a", "/usr/lib/x86_64-linux-gnu/crt1.o")
	// Another linker's luck is not this one's.
	other := b.start(sh, "/tc/bin/ld.gold", "ld.gold", "-lbz2")
	b.missed(other, observe.Open, lib("libbz2.so", "libbz2.a")...)
	// A test of a script; one that goes on to link it; a plugin at run time.
	b.missed(sh, observe.Stat, "/usr/lib/libseccomp.so", "/usr/lib/libbz2.so", "/build/libfoo.a", "/etc/libattr.a")
	run := b.start(sh, "/build/conftest", "conftest")
	b.missed(run, observe.Open, "/usr/lib/libgpm.so.2", "/usr/lib/tls/libc.so.6", "/build/lib/libfoo.so.1")
	b.found(run, observe.Open, "/usr/lib/libc.so.6")
	r := b.expect("D01 error /opt/x/libbz2.a",
		"D02 note in no package", "D02 warning libbz2", "D02 warning libgpm.so.2", "D02 warning liblzma", "D02 warning libseccomp", "D02 note of the toolchain")
	for _, f := range r.Findings {
		switch f.Subject {
		case "liblzma":
			if !strings.Contains(f.Fix, "add dependency xz (Debian: liblzma-dev)") || !strings.Contains(f.Fix, "--without-lzma") {
				t.Errorf("fix %q", f.Fix)
			}
			if e := f.Evidence[0]; !strings.Contains(e.Text, "gcc -o conftest conftest.c -llzma -lbz2 (its ld), from bash ./configure") || e.Where != "process 6" {
				t.Errorf("evidence %+v", e)
			}
		case "in no package":
			if f.Evidence[0].Text != "libnowhere" {
				t.Errorf("unknown: %+v", f.Evidence)
			}
		}
	}
}

// TestIntended is D02 of trials that end for want of a header.
func TestIntended(t *testing.T) {
	b := newBuild(t)
	sh := b.start(0, "/tc/bin/bash", "sh", "./configure")
	trial := func(header string, argv ...string) {
		cc1 := b.gcc(sh, "cc1", []string{"conftest.c"}, argv...)
		b.missed(cc1, observe.Open, gccLib+"include/"+header, multi+header, "/usr/include/"+header)
	}
	trial("mpfr.h", "-o", "conftest", "conftest.c", "-lmpfr", "-lgmp", "-lz", "libown.a")
	trial("sigsegv.h", "-c", "conftest.c", "-lsigsegv")                     // was not to be linked
	trial("mpfr.h", "-o", "conftest", "conftest.c", "-lmpfr", "-lreadline") // would not be tried
	// The compiler fails, but misses nothing.
	b.gcc(sh, "cc1", []string{"conftest.c"}, "-o", "conftest", "conftest.c", "-lbz2")
	// A header is missing, but the linker came to its turn, and found libz.
	ld := b.gcc(sh, "ld", []string{"-o", "conftest", "/tmp/x.o", "-lz"}, "-o", "conftest", "conftest.c", "-lz")
	b.found(ld, observe.Open, "/usr/lib/x86_64-linux-gnu/libz.so")
	b.expect("D02 warning libgmp", "D02 warning libmpfr", "D03 warning mpfr.h", "D03 warning sigsegv.h")
}

// TestHeaders is D03.
func TestHeaders(t *testing.T) {
	b := newBuild(t)
	sh := b.start(0, "/tc/bin/bash", "sh", "./configure")
	cc1 := b.gcc(sh, "cc1", []string{"conftest.c"}, "-E", "conftest.c")
	headers := func(names ...string) {
		for _, n := range names {
			b.missed(cc1, observe.Open, gccLib+"include/"+n, multi+n, "/usr/include/"+n)
		}
	}
	headers("lzma.h", "windows.h", "ncursesw/curses.h", "Eigen/Dense", "sys/nonsense.h", "gpm.h")
	b.found(cc1, observe.Open, store+libxml2+"/include/curses.h") // another's
	b.found(cc1, observe.Open, "/build/inc/gpm.h")
	b.missed(cc1, observe.Open, multi+"bits/magic.h", "/usr/include/gsl/gsl_math.h") // in quotes
	b.missed(sh, observe.Stat, "/usr/include/bzlib.h", "/usr/local/include/gdbm.h", "/build/x/pcre.h", "/usr/include/zlib.h")
	b.found(sh, observe.Stat, store+zlib+"/include/zlib.h")
	pc := b.start(sh, "/tc/bin/pkg-config", "pkg-config", "--atleast-pkgconfig-version", "0.9", "--exists", "glib-2.0 >= 2.40, libpcre", ">=", "8", "zlib", "--variable=x")
	b.missed(pc, observe.Open, store+zlib+"/share/pkgconfig/zlib.pc", store+zlib+"/share/pkgconfig/zlib-uninstalled.pc")
	b.found(pc, observe.Open, store+zlib+"/lib/pkgconfig/zlib.pc")
	r := b.expect("D03 warning bzlib.h", "D03 warning gdbm.h", "D03 warning glib-2.0.pc", "D03 note in no package",
		"D03 warning libpcre.pc", "D03 warning lzma.h", "D03 warning ncursesw/curses.h")
	for _, f := range r.Findings {
		if f.Subject == "in no package" && f.Evidence[0].Text != "Eigen/Dense sys/nonsense.h windows.h" {
			t.Errorf("unknown: %q", f.Evidence[0].Text)
		}
	}
}

// TestSamePackage: what D02 and D03 tell of one package names the other.
func TestSamePackage(t *testing.T) {
	b := newBuild(t)
	ld := b.start(0, "/tc/bin/ld", "ld", "-lz")
	b.missed(ld, observe.Open, lib("libz.so", "libz.a")...)
	cc1 := b.start(0, gccLib+"cc1", "cc1", "x.c")
	b.missed(cc1, observe.Open, multi+"zlib.h", "/usr/include/zlib.h")
	r := b.expect("D02 warning libz", "D03 warning zlib.h")
	for i, want := range []string{"zlib.h was not found either", "libz was not found either"} {
		f := r.Findings[i]
		if got := f.Evidence[len(f.Evidence)-1].Text; got != want {
			t.Errorf("evidence %q, not %q", got, want)
		}
		if !strings.HasPrefix(f.Fix, "zlib is declared and does not have it") {
			t.Errorf("fix %q", f.Fix)
		}
	}
}

// TestPrograms is D04.
func TestPrograms(t *testing.T) {
	b := newBuild(t)
	sh := b.start(0, "/tc/bin/bash", "sh", "./configure")
	for _, folder := range []string{"/tc/bin/", store + zlib + "/bin/", "/usr/bin/"} {
		b.missed(sh, observe.Stat, folder+"bison", folder+"ginstall", folder+"gawk")
	}
	b.found(sh, observe.Stat, "/tc/bin/gawk")
	b.missed(sh, observe.Exec, "/usr/bin/uname", "/usr/bin/file")
	b.start(sh, "/tc/bin/uname", "uname")
	b.missed(sh, observe.Stat, "/build/bin/flex", store+zlib+"/bin/sub/flex")
	b.gcc(sh, "collect2", nil, "x.o")
	b.missed(b.last, observe.Stat, "/tc/bin/real-ld", "/tc/bin/ldd")
	r := b.expect("D04 note bison", "D04 note file", "D04 note in no package")
	if got := r.Findings[1].Fix; !strings.Contains(got, "of this part itself") {
		t.Errorf("fix %q", got)
	}
}

package static

import (
	"os"
	"strings"
	"testing"
)

func TestNeeded(t *testing.T) {
	const use, def = "void inflate(void); void f(void) { inflate(); }", "void inflate(void) {}"
	tests := []struct {
		name string
		make func(x *elfFixture)
		want []string
		fix  string // of the last finding
	}{
		{"beside", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, x.libc(), rpath("$ORIGIN/../../"+z.Path+"/lib"))
		}, nil, ""},
		{"by the store's path and absolute links", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "real/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath("${ORIGIN}/lib:"+inStore(z, "lib")))
			x.link(z, "lib", "/../"+inStore(z, "more"))
			x.link(z, "more", "./real")
		}, nil, ""},
		{"by RPATH", func(x *elfFixture) {
			lib := x.library(x.subject.Tree, "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath("$ORIGIN/../lib"), "-Wl,--disable-new-dtags")
		}, nil, ""},
		{"by its own path", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.compile(z, "lib/libz.so.1", def, "-shared", "-Wl,-soname,"+inStore(z, "lib/libz.so.1"))
			x.program(x.subject.Tree, "bin/x", use, lib)
		}, nil, ""},
		{"nowhere", func(x *elfFixture) {
			lib := x.library(x.subject.Tree, "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath("$ORIGIN/../lib"))
			must(x.t, os.Remove(lib))
		}, []string{"S01 error bin/x libz.so.1"}, "add the part"},
		{"a runtime of gcc nowhere", func(x *elfFixture) {
			lib := x.library(x.subject.Tree, "lib/libstdc++.so.6", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath("$ORIGIN/../lib"))
			must(x.t, os.Remove(lib))
		}, []string{"S01 error bin/x libstdc++.so.6"}, "add dependency gcc-libs"},
		{"declared but no RUNPATH", func(x *elfFixture) {
			lib := x.library(x.visible('a', "zlib"), "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib)
		}, []string{"S01 error bin/x libz.so.1"}, "link with -Wl,-rpath=/var/lib/belljar/store/" + strings.Repeat("a", 32) + "-zlib/lib"},
		{"a link out to the machine", func(x *elfFixture) {
			outside := x.library(x.tree('f', "outside"), "libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, outside, rpath("$ORIGIN/../lib"))
			x.link(x.subject.Tree, "lib/libz.so.1", outside)
		}, []string{"S01 error bin/x libz.so.1"}, ""},
		{"a library for another machine", func(x *elfFixture) {
			lib := x.library(x.visible('a', "zlib"), "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath("$ORIGIN/../../"+x.subject.Visible[0].Path+"/lib"))
			patch(x.t, lib, 18, 183, 0)
		}, []string{"S01 error bin/x libz.so.1"}, ""},
		{"only another part has it", func(x *elfFixture) {
			lib := x.library(x.other('c', "zlib"), "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib)
		}, []string{"S02 error bin/x libz.so.1"}, "add dependency zlib"},
		{"RUNPATH leads to what is not declared", func(x *elfFixture) {
			z := x.other('c', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			x.program(x.subject.Tree, "bin/x", use, lib, rpath(inStore(z, "lib")))
		}, []string{"S02 error bin/x libz.so.1", "S03 error bin/x " + "/var/lib/belljar/store/" + strings.Repeat("c", 32) + "-zlib/lib"}, "add dependency zlib, or"},
		{"only the tools have it", func(x *elfFixture) {
			x.subject.Tools = x.tree('d', "tools-debian-11")
			lib := x.library(x.subject.Tools, "priv/libstdc++.so.6", def)
			x.program(x.subject.Tree, "bin/x", use, lib)
		}, []string{"S02 error bin/x libstdc++.so.6"}, "add dependency gcc-libs"},
		{"loaded already", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			a := x.library(x.subject.Tree, "lib/liba.so.1", "void inflate(void); void a(void) { inflate(); }", lib)
			x.program(x.subject.Tree, "bin/x", "void a(void); void f(void) { a(); }", lib, a, rpath("$ORIGIN/../lib:"+inStore(z, "lib")))
		}, []string{"S26 warning lib/liba.so.1 libz.so.1"}, "link with -Wl,-rpath=/var/lib"},
		{"by the RPATH of who loads it", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			a := x.library(x.subject.Tree, "lib/liba.so.1", "void inflate(void); void a(void) { inflate(); }", lib)
			x.program(x.subject.Tree, "bin/x", "void a(void); void f(void) { a(); }", a, rpath("$ORIGIN/../lib:"+inStore(z, "lib")), "-Wl,--disable-new-dtags")
		}, []string{"S26 warning lib/liba.so.1 libz.so.1"}, ""},
		{"an RPATH is not for a library with a RUNPATH", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			a := x.library(x.subject.Tree, "lib/liba.so.1", "void inflate(void); void a(void) { inflate(); }", lib, rpath("$ORIGIN"))
			x.program(x.subject.Tree, "bin/x", "void a(void); void f(void) { a(); }", a, rpath("$ORIGIN/../lib:"+inStore(z, "lib")), "-Wl,--disable-new-dtags")
		}, []string{"S01 error lib/liba.so.1 libz.so.1"}, ""},
		{"a RUNPATH is not inherited", func(x *elfFixture) {
			z := x.visible('a', "zlib")
			lib := x.library(z, "lib/libz.so.1", def)
			a := x.library(x.subject.Tree, "lib/liba.so.1", "void inflate(void); void a(void) { inflate(); }", lib)
			x.program(x.subject.Tree, "bin/x", "void a(void); void f(void) { a(); }", a, rpath("$ORIGIN/../lib:"+inStore(z, "lib")))
		}, []string{"S01 error lib/liba.so.1 libz.so.1"}, ""},
		{"a plugin of a program that has it", func(x *elfFixture) {
			python := x.visible('a', "python")
			lib := x.library(python, "lib/libpython3.so", def)
			x.program(python, "bin/python3", use, lib, rpath("$ORIGIN/../lib"))
			x.library(x.subject.Tree, "lib/etree.so", use, lib)
		}, []string{"S26 warning lib/etree.so libpython3.so"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newELF(t)
			tt.make(x)
			all := x.want(tt.want...)
			if len(all) > 0 && !strings.HasPrefix(all[len(all)-1].Fix, tt.fix) {
				t.Errorf("fix %q", all[len(all)-1].Fix)
			}
		})
	}
}

// patch overwrites bytes of a file.
func patch(t *testing.T, file string, at int64, bytes ...byte) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(bytes, at)
	must(t, err)
	must(t, f.Close())
}

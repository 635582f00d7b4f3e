package toolchain

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// treeWith makes a tree that holds empty files at places.
func treeWith(t *testing.T, places ...string) (*tree, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	tr := newTree(root)
	for _, place := range places {
		if err := tr.addFile(place, "test", true, strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
	return tr, dir
}

func TestLinksOfTools(t *testing.T) {
	tr, dir := treeWith(t, wrapper, gccFolder+"/10/cc1", "bin/bash", "bin/gawk", "bin/pkgconf",
		"bin/x86_64-linux-gnu-gcc-ar-10", "bin/x86_64-linux-gnu-readelf", "bin/gcov-10", "bin/gcov-tool-10",
		"bin/x86_64-linux-gnu-as", "bin/x86_64-linux-gnu-ld", "bin/x86_64-linux-gnu-ld.bfd", "bin/x86_64-linux-gnu-ld.gold",
		"bin/x86_64-linux-gnu-ar", "bin/x86_64-linux-gnu-nm", "bin/x86_64-linux-gnu-ranlib",
		"bin/x86_64-linux-gnu-strip", "bin/x86_64-linux-gnu-objcopy")
	version, err := tr.gccVersion()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []func(string) error{tr.linkDrivers, tr.linkPlainNames, tr.linkNames} {
		if err := step(version); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]string{
		"bin/cc":                      "../driver/wrapper",
		"bin/c++":                     "../driver/wrapper",
		"bin/cpp":                     "../driver/wrapper",
		"bin/g++-10":                  "../driver/wrapper",
		"bin/x86_64-linux-gnu-gcc":    "../driver/wrapper",
		"bin/x86_64-linux-gnu-gcc-10": "../driver/wrapper",
		"bin/sh":                      "bash",
		"bin/awk":                     "gawk",
		"bin/pkg-config":              "pkgconf",
		"bin/gcc-ar":                  "x86_64-linux-gnu-gcc-ar-10",
		"bin/gcc-ar-10":               "x86_64-linux-gnu-gcc-ar-10",
		"bin/x86_64-linux-gnu-gcc-ar": "x86_64-linux-gnu-gcc-ar-10",
		"bin/readelf":                 "x86_64-linux-gnu-readelf",
		"bin/gcov":                    "gcov-10",
		"bin/gcov-tool":               "gcov-tool-10",
		gccFolder + "/10/as":          "../../../../bin/x86_64-linux-gnu-as",
		gccFolder + "/10/ld.gold":     "../../../../bin/x86_64-linux-gnu-ld.gold",
		gccFolder + "/10/objcopy":     "../../../../bin/x86_64-linux-gnu-objcopy",
		"bin/ar":                      "x86_64-linux-gnu-ar",
		"bin/ld":                      "x86_64-linux-gnu-ld",
	}
	for place, target := range want {
		got, err := os.Readlink(filepath.Join(dir, place))
		if err != nil || got != target {
			t.Errorf("%s -> %q (%v), want %q", place, got, err, target)
		}
		if _, err := os.Stat(filepath.Join(dir, place)); err != nil {
			t.Errorf("%s dangles: %v", place, err)
		}
	}
}

func TestMissingToolIsAnError(t *testing.T) {
	tr, _ := treeWith(t, gccFolder+"/10/cc1", "bin/bash")
	if err := tr.linkNames("10"); err == nil {
		t.Error("no error although there is no ld")
	}
	if _, err := tr.gccVersion(); err != nil {
		t.Error(err)
	}
	two, _ := treeWith(t, gccFolder+"/10/cc1", gccFolder+"/12/cc1")
	if _, err := two.gccVersion(); err == nil {
		t.Error("no error although there are two gcc")
	}
}

func TestNeedPrivate(t *testing.T) {
	tr, dir := treeWith(t, "priv/libpart.so", "bin/script")
	compileC(t, "void part(void){}", filepath.Join(dir, "libpart.so"), "-shared", "-fPIC")
	for name, args := range map[string][]string{
		"uses":  {"-Wl,--no-as-needed", "-L" + dir, "-lpart", "-Wl,--allow-shlib-undefined"},
		"plain": nil,
	} {
		compileC(t, "int main(void){return 0;}", filepath.Join(dir, name), args...)
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := tr.addFile("bin/"+name, "test", true, f); err != nil {
			t.Fatal(err)
		}
	}
	if err := tr.alias("bin/uses", "bin/link"); err != nil {
		t.Fatal(err)
	}
	got, err := tr.needPrivate()
	if err != nil || !slices.Equal(got, []string{"bin/uses"}) {
		t.Errorf("got %v, %v, want bin/uses alone", got, err)
	}
}

// compileC compiles a program with the machine's compiler, which building
// belljar needs anyway.
func compileC(t *testing.T, text, to string, args ...string) {
	t.Helper()
	source := filepath.Join(t.TempDir(), "source.c")
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	said, err := exec.Command("cc", append([]string{source, "-o", to}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("compile: %v\n%s", err, said)
	}
}

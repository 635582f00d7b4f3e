package repro

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"belljar.build/rootfs/toolchain"
)

const (
	localeSources  = "../../engine/vary/locale/source"
	localeCompiled = "../../engine/vary/locale/compiled"
)

// TestLocaleIsCompiled compiles the locale that checks show again, with the
// pinned localedef, in a sandbox: the bytes that belljar holds are those.
// localedef complains of the missing LC_CTYPE, which is the base's.
func TestLocaleIsCompiled(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeTar(t, filepath.Join(dir, "locale.tar"), map[string]string{
		"locale/fr_FR": localeSources + "/fr_FR", "locale/charmap": localeSources + "/charmap", "locale/libc-bin.deb": libcBin(t),
	})
	text := "[buildout]\nparts = compiled\n[compiled]\nrecipe = slapos.recipe.cmmi\nurl = " + dir + "/locale.tar\n" +
		"configure-command =\n  ar p libc-bin.deb data.tar.xz | tar xJ ./usr/bin/localedef\n" +
		"  usr/bin/localedef -c --no-archive -i ./fr_FR -f ./charmap ./out || [ $? = 1 ]\n" +
		"  rm out/LC_CTYPE\n  cp -r out/. @@LOCATION@@\nmake-binary = true\nmake-targets =\n"
	if err := os.WriteFile(filepath.Join(dir, "buildout.cfg"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := belljar("build")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	link, err := os.Readlink(filepath.Join(dir, "parts/compiled"))
	if err != nil {
		t.Fatal(err)
	}
	compareTrees(t, link, localeCompiled)
}

// libcBin is the package that holds localedef: the toolchain is made of it.
func libcBin(t *testing.T) string {
	t.Helper()
	release, err := toolchain.Load(toolchain.DefaultRelease)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(release.Packages, func(p toolchain.Package) bool { return p.Name == "libc-bin" })
	p := release.Packages[i]
	places := []string{shared.cache + "/belljar/sources/sha256/" + p.SHA256, os.Getenv("BELLJAR_DISTFILES") + "/" + p.File}
	for _, place := range places {
		if _, err := os.Stat(place); err == nil {
			return place
		}
	}
	t.Fatalf("%s is not among %q", p.File, places)
	return ""
}

func writeTar(t *testing.T, name string, files map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for member, from := range files {
		data, err := os.ReadFile(from)
		err2 := w.WriteHeader(&tar.Header{Name: member, Mode: 0o644, Size: int64(len(data))})
		_, err3 := w.Write(data)
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), os.WriteFile(name, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// compareTrees wants the same files with the same bytes.
func compareTrees(t *testing.T, got, want string) {
	t.Helper()
	a, b := files(t, got), files(t, want)
	for name := range b {
		if a[name] != b[name] {
			t.Errorf("%s: compiled anew it has other bytes", name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("compiled anew there are %d files, want %d", len(a), len(b))
	}
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		found[name[len(dir):]] = string(data)
		return err
	})
	if err != nil || len(found) == 0 {
		t.Fatal(fmt.Errorf("read %s: %v", dir, err))
	}
	return found
}

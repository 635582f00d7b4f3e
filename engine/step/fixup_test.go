package step

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
)

// tooled is a worker on a store of its own, whose tools are small scripts in
// place of the toolchain's: they append their name and arguments to the file
// "said" and then run the given text.
func tooled(t *testing.T, store string, tools map[string]string) (w *worker, said func() string) {
	t.Helper()
	dir := t.TempDir()
	record := filepath.Join(dir, "said")
	if err := os.Symlink("/bin/sh", filepath.Join(dir, "sh")); err != nil {
		t.Fatal(err)
	}
	for name, text := range tools {
		script := fmt.Sprintf("#!/bin/sh\necho \"%s $*\" >>%s\n%s\n", name, record, text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	w = &worker{
		order: Order{Action: &action.Action{}, Output: filepath.Join(store, "3-own")},
		files: map[string]*os.File{}, out: &bytes.Buffer{}, tools: dir, dir: t.TempDir(), report: &Report{},
		env: []string{"PATH=/usr/bin:/bin"},
	}
	return w, func() string {
		text, _ := os.ReadFile(record)
		return strings.ReplaceAll(strings.TrimSpace(string(text)), store, "STORE")
	}
}

func TestCollect(t *testing.T) {
	dir := put(t, map[string][]byte{
		"bin/prog":     elfFile{kind: elf.ET_EXEC}.bytes(),
		"bin/script":   []byte("#!/bin/sh\n"),
		"lib/liba.a":   []byte("!<arch>\nx"),
		"lib/libl.la":  []byte("# libl.la - a libtool library file\n"),
		"lib/not.la":   []byte("some text\n"),
		"lib/libx.so":  elfFile{kind: elf.ET_DYN}.bytes(),
		"lib/thin.a":   []byte("!<thin>\n"),
		"empty":        nil,
		"share/linked": elfFile{kind: elf.ET_DYN}.bytes(),
	})
	for _, link := range [][2]string{{"bin/prog", "bin/symlink"}, {"bin/nothing", "bin/dangling"}, {"/etc", "etc"}} {
		if err := os.Symlink(link[0], filepath.Join(dir, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(filepath.Join(dir, "share/linked"), filepath.Join(dir, "share/zlinked")); err != nil {
		t.Fatal(err)
	}
	// A hard link that the walk meets first counts for all.
	if err := os.Chmod(filepath.Join(dir, "lib/libx.so"), 0o444); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "lib/liba.a"), 0); err != nil {
		t.Fatal(err)
	}
	found, err := collect(dir)
	if err != nil {
		t.Fatal(err)
	}
	short := func(paths []string) string { return strings.ReplaceAll(strings.Join(paths, " "), dir+"/", "") }
	equal(t, "ELF", short(found.elf), "bin/prog lib/libx.so share/linked")
	equal(t, "archives", short(found.archives), "lib/liba.a")
	equal(t, "libtool", short(found.libtool), "lib/libl.la")
	for name, want := range map[string]fs.FileMode{"lib/libx.so": 0o444, "lib/liba.a": 0o400, "bin/prog": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		equal(t, name, info.Mode(), want)
	}
}

func TestFixup(t *testing.T) {
	store := put(t, map[string][]byte{
		"1-zlib/lib/libz.so.1": nil,
		"3-own/bin/prog":       elfFile{kind: elf.ET_EXEC, needed: []string{"libz.so.1"}, runpath: []string{"/build/x"}}.bytes(),
		"3-own/lib/libl.la":    []byte("# a libtool library file\n"),
		"3-own/lib/libl.a":     []byte("!<arch>\n"),
		"3-own/lib/libz":       elfFile{kind: elf.ET_DYN, needed: []string{"libc.so.6"}}.bytes(),
	})
	w, said := tooled(t, store, map[string]string{"strip": "", "patchelf": ""})
	prog := filepath.Join(store, "3-own/bin/prog")
	data := elfFile{kind: elf.ET_EXEC, needed: []string{"libz.so.1"}, runpath: []string{"/build/x:" + store + "/1-zlib/lib"}}.bytes()
	if err := os.WriteFile(prog, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(prog, 0o555); err != nil {
		t.Fatal(err)
	}
	if err := w.fixup(); err != nil {
		t.Fatal(err)
	}
	equal(t, "tools", said(), `strip -D --strip-debug -- STORE/3-own/bin/prog STORE/3-own/lib/libz STORE/3-own/lib/libl.a
patchelf --set-rpath $ORIGIN/../../1-zlib/lib:STORE/1-zlib/lib STORE/3-own/bin/prog`)
	if _, err := os.Stat(filepath.Join(store, "3-own/lib/libl.la")); !os.IsNotExist(err) {
		t.Errorf("the libtool archive is still there: %v", err)
	}
	info, err := os.Stat(prog)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "mode", info.Mode().Perm(), 0o555)
}

func TestRelocate(t *testing.T) {
	tests := []struct {
		name string
		file elfFile
		want string
	}{
		{"nothing useful", elfFile{kind: elf.ET_DYN, needed: []string{"libc.so.6"}, runpath: []string{"/build/x"}}, "patchelf --set-rpath  STORE/3-own/f\npatchelf --remove-rpath STORE/3-own/f"},
		{"RPATH becomes RUNPATH", elfFile{kind: elf.ET_DYN, needed: []string{"f"}, rpath: []string{"$ORIGIN"}}, "patchelf --set-rpath $ORIGIN:STORE/3-own STORE/3-own/f"},
		{"empty RPATH", elfFile{kind: elf.ET_DYN, rpath: []string{""}}, "patchelf --set-rpath  STORE/3-own/f\npatchelf --remove-rpath STORE/3-own/f"},
		{"no search path", elfFile{kind: elf.ET_DYN, needed: []string{"f"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			store := put(t, map[string][]byte{"3-own/f": tt.file.bytes()})
			w, said := tooled(t, store, map[string]string{"patchelf": ""})
			if err := w.relocate(filepath.Join(store, "3-own/f")); err != nil {
				t.Fatal(err)
			}
			equal(t, "tools", said(), tt.want)
		})
	}
	// What is right already is not rewritten.
	store := put(t, map[string][]byte{"3-own/f": nil})
	right := elfFile{kind: elf.ET_DYN, needed: []string{"f"}, runpath: []string{"$ORIGIN:" + store + "/3-own"}}
	if err := os.WriteFile(store+"/3-own/f", right.bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	w, said := tooled(t, store, map[string]string{"patchelf": ""})
	if err := w.relocate(store + "/3-own/f"); err != nil || said() != "" {
		t.Errorf("%v, %s", err, said())
	}
}

func TestRelocateThatFails(t *testing.T) {
	store := put(t, map[string][]byte{"3-own/f": elfFile{kind: elf.ET_DYN, runpath: []string{"/x"}}.bytes()})
	if err := os.Chmod(store+"/3-own/f", 0o444); err != nil {
		t.Fatal(err)
	}
	w, _ := tooled(t, store, map[string]string{"patchelf": "exit 3"})
	err := w.fixup()
	if err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
	info, err := os.Stat(store + "/3-own/f")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the mode is restored", info.Mode().Perm(), 0o444)
}

// One file that strip refuses keeps the others from nothing.
func TestStripThatRefusesAFile(t *testing.T) {
	store := put(t, map[string][]byte{"3-own/a": nil, "3-own/bad": nil, "3-own/c": nil})
	w, said := tooled(t, store, map[string]string{"strip": "case $* in *bad*) exit 1;; esac"})
	own := store + "/3-own/"
	if err := w.strip([]string{own + "a", own + "bad", own + "c"}); err != nil {
		t.Fatal(err)
	}
	equal(t, "tools", said(), `strip -D --strip-debug -- STORE/3-own/a STORE/3-own/bad STORE/3-own/c
strip -D --strip-debug -- STORE/3-own/a
strip -D --strip-debug -- STORE/3-own/bad
strip -D --strip-debug -- STORE/3-own/c`)
	equal(t, "warnings", strings.ReplaceAll(strings.Join(w.report.Warnings, "\n"), store, "STORE"), "not stripped: STORE/3-own/bad: exit status 1")
}

func TestStripInBatches(t *testing.T) {
	store := put(t, map[string][]byte{"3-own/a": nil})
	w, said := tooled(t, store, map[string]string{"strip": ""})
	files := make([]string, 401)
	for i := range files {
		files[i] = store + "/3-own/a"
	}
	if err := w.strip(files); err != nil {
		t.Fatal(err)
	}
	equal(t, "calls", len(strings.Split(said(), "\n")), 3)
}

func TestWritable(t *testing.T) {
	dir := put(t, map[string][]byte{"a": nil, "b": nil})
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.Chmod(a, 0o555); err != nil {
		t.Fatal(err)
	}
	restore, err := writable(a, b)
	if err != nil {
		t.Fatal(err)
	}
	mode := func(f string) fs.FileMode {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode()
	}
	equal(t, "a meanwhile", mode(a), fs.FileMode(0o755))
	if err := restore(); err != nil {
		t.Fatal(err)
	}
	equal(t, "a", mode(a), fs.FileMode(0o555))
	equal(t, "b", mode(b), fs.FileMode(0o644))
	if _, err := writable(filepath.Join(dir, "none")); err == nil {
		t.Error("a missing file gives no error")
	}
}

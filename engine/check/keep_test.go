package check

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/manifest"
	"belljar.build/engine/vary"
)

func TestKeep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kept")
	w := &world{t: t, depends: func(w *world) string { return w.sees(vary.Host) }}
	if _, err := w.check(Options{Variations: vary.Set{vary.Host}, Keep: dir}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"usual": "usual host\n", "varied": "varied host\n"} {
		if got, err := os.ReadFile(filepath.Join(dir, name, "file")); string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if err := EmptyFolder(dir); !errors.Is(err, ErrNotEmpty) {
		t.Error(err)
	}
	must(t, EmptyFolder(filepath.Join(dir, "new")))
}

func TestCopyTree(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "to")
	must(t, os.Mkdir(filepath.Join(from, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(from, "d", "f"), []byte("x"), 0o751))
	must(t, os.Symlink("/nowhere", filepath.Join(from, "l")))
	must(t, os.Chmod(filepath.Join(from, "d"), 0o555))
	t.Cleanup(func() {
		for _, d := range []string{from, to} {
			_ = os.Chmod(filepath.Join(d, "d"), 0o755)
		}
	})
	must(t, copyTree(to, from))
	var hashes [2]string
	for i, d := range []string{from, to} {
		must(t, os.Chmod(d, 0o755))
		m, err := manifest.Build(t.Context(), d, manifest.Options{})
		must(t, err)
		hashes[i], err = m.Hash()
		must(t, err)
	}
	if hashes[0] != hashes[1] {
		t.Error("the copy differs")
	}
}

func TestDeep(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "diffoscope")
	must(t, os.WriteFile(program, []byte("#!/bin/sh\nshift 3\necho \"$@\" in $PWD; [ ! -e broken ] || exit 2; exit 1\n"), 0o755))
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	found, err := FindDiffoscope()
	if err != nil || found != program {
		t.Fatal(found, err)
	}
	var said bytes.Buffer
	if err := Deep(t.Context(), program, dir, &said); err != nil || said.Len() > 0 {
		t.Errorf("nothing was kept: %q, %v", &said, err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "varied"), 0o755))
	if err := Deep(t.Context(), program, dir, &said); err != nil || !strings.HasPrefix(said.String(), "usual varied in ") {
		t.Errorf("%q, %v", &said, err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "broken"), nil, 0o644))
	if err := Deep(t.Context(), program, dir, &said); err == nil {
		t.Error("trouble was taken for a difference")
	}
	t.Setenv("PATH", "/nonexistent")
	if _, err := FindDiffoscope(); !errors.Is(err, ErrNoDiffoscope) {
		t.Error(err)
	}
}

package project

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestRunOfWhatIsNotBuilt(t *testing.T) {
	b := newBed(t, "")
	b.part(t, "x", true, "prog") // a tree, but no record of it
	err := Run(b.store, b.graph, "x", []string{"prog"})
	if !errors.Is(err, ErrNotRealised) {
		t.Errorf("error %v", err)
	}
}

func TestLookPath(t *testing.T) {
	own, other := t.TempDir(), t.TempDir()
	for path, mode := range map[string]os.FileMode{
		own + "/prog": 0o755, own + "/data": 0o644, other + "/prog": 0o755, other + "/data": 0o755, other + "/tool": 0o755,
	} {
		if err := os.WriteFile(path, nil, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", other)
	for name, want := range map[string]string{
		"prog": own + "/prog", "data": other + "/data", "tool": other + "/tool", other + "/prog": other + "/prog", "none": "", "../" + filepath.Base(own) + "/prog": "",
	} {
		got, err := lookPath(name, own)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

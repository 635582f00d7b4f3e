package interchange

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/continuity"
	"github.com/google/go-cmp/cmp"

	"belljar.build/engine/manifest"
)

// flat is what can be seen of a resource, the owner aside.
type flat struct {
	Path   string
	Mode   fs.FileMode
	Size   int64
	Digest string
	Target string
}

func flatten(t *testing.T, m *continuity.Manifest) []flat {
	t.Helper()
	var out []flat
	for _, r := range m.Resources {
		f := flat{Path: r.Path(), Mode: r.Mode()}
		switch r := r.(type) {
		case continuity.RegularFile:
			f.Size, f.Digest = r.Size(), r.Digests()[0].String()
		case continuity.SymLink:
			f.Target = r.Target()
		}
		out = append(out, f)
	}
	return out
}

// continuity itself must find the same in the same tree.
func TestContinuityAgrees(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "bin"), 0o755))
	must(t, os.Chmod(filepath.Join(dir, "bin"), 0o777|fs.ModeSticky))
	must(t, os.WriteFile(filepath.Join(dir, "bin/a"), []byte("hello\n"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "bin.b"), nil, 0o600))
	must(t, os.Chmod(filepath.Join(dir, "bin/a"), 0o755|fs.ModeSetuid))
	must(t, os.Symlink("bin/a", filepath.Join(dir, "link")))
	m, err := manifest.Build(context.Background(), dir, manifest.Options{})
	must(t, err)
	data, err := Continuity(m)
	must(t, err)
	got, err := continuity.Unmarshal(data)
	must(t, err)
	fsContext, err := continuity.NewContext(dir)
	must(t, err)
	want, err := continuity.BuildManifest(fsContext)
	must(t, err)
	if diff := cmp.Diff(flatten(t, want), flatten(t, got)); diff != "" {
		t.Errorf("(-continuity +belljar):\n%s", diff)
	}
	for _, r := range got.Resources {
		if r.UID() != 0 || r.GID() != 0 {
			t.Errorf("%s belongs to %d:%d", r.Path(), r.UID(), r.GID())
		}
	}
}

func TestContinuityNeedsUTF8(t *testing.T) {
	m := &manifest.Manifest{Entries: []manifest.Entry{
		{Path: ".", Kind: manifest.Dir, Mode: 0o755},
		{Path: "\xff", Kind: manifest.Dir, Mode: 0o755},
	}}
	if _, err := Continuity(m); err == nil {
		t.Error("a path that is not UTF-8 was encoded")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

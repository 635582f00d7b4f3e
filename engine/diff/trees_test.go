package diff

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/manifest"
)

// folder writes files, given as name and content, and links, whose content
// starts with "->".
func folder(t *testing.T, files ...string) string {
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(dir, files[i])
		check(t, os.MkdirAll(filepath.Dir(name), 0o755))
		if target, ok := strings.CutPrefix(files[i+1], "->"); ok {
			check(t, os.Symlink(target, name))
			continue
		}
		check(t, os.WriteFile(name, []byte(files[i+1]), 0o644))
	}
	return dir
}

func TestTrees(t *testing.T) {
	a := folder(t, "same", "x", "text", "a\n", "gone/x", "1", "link", "->a", "kind", "x", "mode", "x")
	b := folder(t, "same", "x", "text", "b\n", "new", "1", "link", "->b", "kind", "->x", "mode", "x")
	check(t, os.Chmod(filepath.Join(b, "mode"), 0o755))
	r, err := Trees(t.Context(), Tree{Dir: a}, Tree{Dir: b}, Options{})
	check(t, err)
	if r.Added != 1 || r.Removed != 2 || r.Changed != 4 || r.Equal() {
		t.Errorf("%d added, %d removed, %d changed", r.Added, r.Removed, r.Changed)
	}
	var got []string
	for _, c := range r.Changes {
		words := []string{string(c.Kind), c.Path}
		for _, cause := range c.Causes {
			words = append(words, cause.Kind, cause.Before, cause.After)
		}
		got = append(got, strings.Join(words, " "))
	}
	want := []string{
		"removed gone", "removed gone/x", "changed kind kind file of 1 bytes symlink to x", "changed link target a b",
		"changed mode mode 0644 0755", "added new", "changed text text  ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	shallow, err := Trees(t.Context(), Tree{Dir: a}, Tree{Dir: b}, Options{Shallow: true})
	check(t, err)
	if len(shallow.Changes) != len(r.Changes) || len(shallow.Kinds()) != 0 {
		t.Errorf("shallow: %+v", shallow)
	}
	equal, err := Trees(t.Context(), Tree{Dir: a}, Tree{Dir: a}, Options{})
	check(t, err)
	if !equal.Equal() {
		t.Errorf("a tree differs from itself: %+v", equal)
	}
}

func TestTreesIgnoreStoreHash(t *testing.T) {
	a := folder(t, "x.pc", "prefix="+dirA+"\n", "link", "->"+dirA+"/x", "other", "1\n")
	b := folder(t, "x.pc", "prefix="+dirB+"\n", "link", "->"+dirB+"/x", "other", "2\n")
	r, err := Trees(t.Context(), Tree{Dir: a, Name: filepath.Base(dirA)}, Tree{Dir: b, Name: filepath.Base(dirB)}, Options{IgnoreStoreHash: true})
	check(t, err)
	if !slices.Equal(r.Ignored, []string{"link", "x.pc"}) || r.Changed != 1 || r.Changes[0].Path != "other" {
		t.Errorf("%+v", r)
	}
}

// Files that are too large to look into are compared all the same, and with
// the hashes ignored where they cross from one read into the next.
func TestLargeFiles(t *testing.T) {
	a, b := folder(t, "x", ""), folder(t, "x", "")
	write := func(dir, text string, at int64) {
		f, err := os.OpenFile(filepath.Join(dir, "x"), os.O_RDWR, 0)
		check(t, err)
		_, err = f.WriteAt([]byte(text), at)
		check(t, err)
		check(t, f.Truncate(maxFile+1))
		check(t, f.Close())
	}
	for _, at := range []int64{0, 128<<10 - 7, 256<<10 - 31, maxFile - 31} {
		write(a, hashA, at)
		write(b, hashB, at)
	}
	r, err := Trees(t.Context(), Tree{Dir: a, Name: filepath.Base(dirA)}, Tree{Dir: b, Name: filepath.Base(dirB)}, Options{IgnoreStoreHash: true})
	check(t, err)
	if !r.Equal() || len(r.Ignored) != 1 {
		t.Errorf("%+v", r)
	}
	write(b, "x", 1<<20+5)
	r, err = Trees(t.Context(), Tree{Dir: a, Name: filepath.Base(dirA)}, Tree{Dir: b, Name: filepath.Base(dirB)}, Options{IgnoreStoreHash: true})
	check(t, err)
	if got := r.Changes[0].Causes; len(got) != 2 || got[0].Kind != CauseUnread || !strings.HasPrefix(got[1].Detail, "first difference at offset 0x100005, 1 bytes differ\n") {
		t.Errorf("%+v", got)
	}
}

// A stored manifest may be older than the tree.
func TestChangedMeanwhile(t *testing.T) {
	a, b := folder(t, "x", "1"), folder(t, "x", "2")
	m, err := manifest.Build(t.Context(), b, manifest.Options{})
	check(t, err)
	check(t, os.WriteFile(filepath.Join(b, "x"), []byte("1"), 0o644))
	if _, err = Trees(t.Context(), Tree{Dir: a}, Tree{Dir: b, Manifest: m}, Options{}); !errors.Is(err, manifest.ErrChanged) {
		t.Errorf("got %v", err)
	}
	check(t, os.Remove(filepath.Join(b, "x")))
	check(t, os.Symlink("/etc/passwd", filepath.Join(b, "x")))
	if _, err = Trees(t.Context(), Tree{Dir: a}, Tree{Dir: b, Manifest: m}, Options{}); err == nil {
		t.Error("a link that leads out was followed")
	}
}

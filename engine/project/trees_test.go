package project

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/diff"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

func TestTrees(t *testing.T) {
	dir := folder(t, map[string]string{"out/lib/x": "x"})
	c := Config{Store: filepath.Join(dir, "store")}
	r := publish(t, c.Store, strings.Repeat("0123456789abcdef", 4), "demo-1")
	output := filepath.Join(c.Store, r.Path)
	for _, link := range [][2]string{{store.Logical + "/" + r.Path, "part"}, {"out", "link"}} {
		if err := os.Symlink(link[0], link[1]); err != nil {
			t.Fatal(err)
		}
	}
	g := &plan.Graph{Parts: []*plan.Node{{Part: "demo", Key: r.Key, Path: r.Path}, {Part: "facade", Key: r.Key}}}
	for word, want := range map[string]diff.Tree{
		"./out": {Dir: dir + "/out"}, "./link": {Dir: dir + "/out"}, dir + "/link/": {Dir: dir + "/out"}, ".": {Dir: dir},
		r.Path: {Dir: output, Name: r.Path}, r.Key[:6]: {Dir: output, Name: r.Path}, r.Key: {Dir: output, Name: r.Path},
		output: {Dir: output, Name: r.Path}, "./part": {Dir: output, Name: r.Path}, store.Logical + "/" + r.Path: {Dir: output, Name: r.Path},
		output + "/lib": {Dir: output + "/lib", Name: r.Path}, "./part/lib": {Dir: output + "/lib", Name: r.Path},
		"demo": {Dir: output, Name: r.Path}, "facade": {Dir: output, Name: r.Path},
	} {
		asked := false
		trees, err := Trees(c, []string{word, "./out"}, func([]string) (*plan.Graph, error) { asked = true; return g, nil })
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		got := trees[0]
		if (got.Manifest != nil) != (got.Dir == output) {
			t.Errorf("%s: manifest %v", word, got.Manifest)
		}
		got.Manifest = nil
		if got != want || trees[1].Dir != dir+"/out" {
			t.Errorf("%s: got %v", word, trees)
		}
		if part := word == "demo" || word == "facade"; asked != part {
			t.Errorf("%s: the profile was read: %t", word, asked)
		}
	}
}

func TestTreesThatAreNone(t *testing.T) {
	dir := folder(t, map[string]string{"out/x": "x"})
	c := Config{Store: filepath.Join(dir, "store")}
	r := publish(t, c.Store, strings.Repeat("0123456789abcdef", 4), "demo-1")
	noProfile := errors.New("no profile")
	for word, want := range map[string]error{
		"./none": os.ErrNotExist, "facade": store.ErrAbsent, "demo": noProfile,
		strings.Repeat("f", 32) + "-x": store.ErrAbsent, c.Store + "/" + strings.Repeat("f", 32) + "-x": store.ErrAbsent,
	} {
		if _, err := Trees(c, []string{word, "."}, func([]string) (*plan.Graph, error) { return nil, noProfile }); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", word, err, want)
		}
	}
	// A manifest that was tampered with is not trusted.
	write(t, filepath.Join(c.Store, ".belljar/manifest", r.Manifest), "belljar manifest 1\n. dir 0755\n")
	if _, err := Trees(c, []string{r.Path, "."}, nil); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

// publish puts an output into the store at dir.
func publish(t *testing.T, dir, key, name string) *store.Record {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	staging, err := s.NewStaging(key, name)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(staging.Path("out"), "lib/x"), "x")
	r, err := staging.Publish(t.Context(), store.PublishOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

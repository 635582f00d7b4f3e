package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/recipe"
	"belljar.build/engine/store"
	"belljar.build/rootfs"
)

// bed is a project and a store with outputs that nobody built.
type bed struct {
	*Project
	store   *store.Store
	graph   *plan.Graph
	results map[*plan.Node]build.Result
}

func newBed(t *testing.T, options string) *bed {
	t.Helper()
	folder(t, map[string]string{"buildout.cfg": "[buildout]\n" + options})
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &bed{open(t, Config{}), s, &plan.Graph{}, map[*plan.Node]build.Result{}}
}

// part adds an output with these executables.
func (b *bed) part(t *testing.T, name string, listed bool, programs ...string) *plan.Node {
	t.Helper()
	n := &plan.Node{Part: name, Listed: listed, Draft: recipe.Draft{Programs: true, Version: "1.2"}}
	n.Key = strings.Repeat("0123456789abcdef", 4)
	n.Path = n.Key[:32] + "-" + name
	if err := os.MkdirAll(filepath.Join(b.store.Dir(), n.Path), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		path := filepath.Join(b.store.Dir(), n.Path, "bin", p)
		write(t, path, "#!/bin/sh\n")
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.graph.Parts = append(b.graph.Parts, n)
	b.results[n] = build.Result{Record: &store.Record{Manifest: strings.Repeat("f", 64)}}
	return n
}

func (b *bed) link(t *testing.T, whole bool) {
	t.Helper()
	if err := b.Link(b.store, b.graph, b.results, whole); err != nil {
		t.Fatal(err)
	}
}

// links lists a folder: "name -> the target's last two elements".
func (b *bed) links(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "none"
	}
	var all []string
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil {
			target = "(file)"
		}
		target = strings.TrimPrefix(target, b.store.Dir()+"/0123456789abcdef0123456789abcdef-")
		all = append(all, e.Name()+"->"+target)
	}
	return strings.Join(all, " ")
}

func TestLink(t *testing.T) {
	b := newBed(t, "")
	b.part(t, "low", false, "tool")
	x := b.part(t, "x", true, "prog", "c++filt", "python3.11")
	data := filepath.Join(b.store.Dir(), x.Path, "bin")
	write(t, data+"/data", "not to run")
	if err := os.Mkdir(data+"/folder", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("prog", data+"/also"); err != nil {
		t.Fatal(err)
	}
	b.part(t, "nothing", true)
	quiet := b.part(t, "quiet", true, "hidden")
	quiet.Programs = false
	b.link(t, true)
	equal(t, "parts", b.links(t, "parts"), "nothing->nothing quiet->quiet x->x")
	equal(t, "bin", b.links(t, "bin"), "also->x/bin/also c++filt->x/bin/c++filt prog->x/bin/prog python3.11->x/bin/python3.11")
}

func TestLinkIntoOtherFolders(t *testing.T) {
	b := newBed(t, "parts-directory = a/parts\nbin-directory = a/bin")
	b.part(t, "x", true, "prog")
	b.link(t, true)
	equal(t, "parts", b.links(t, "a/parts"), "x->x")
	equal(t, "bin", b.links(t, "a/bin"), "prog->x/bin/prog")
}

// Two parts with one program: the later part of the list has it, always.
func TestTheLaterPartHasTheProgram(t *testing.T) {
	for range 5 {
		b := newBed(t, "")
		b.part(t, "a", true, "prog")
		b.part(t, "b", true, "prog")
		b.link(t, true)
		equal(t, "bin", b.links(t, "bin"), "prog->b/bin/prog")
	}
}

func TestLinkReplacesAndPrunes(t *testing.T) {
	b := newBed(t, "")
	old := "/elsewhere/store/" + strings.Repeat("a", 32)
	for _, l := range [][2]string{
		{old + "-x-1", "parts/x"}, {old + "-gone", "parts/gone"}, {old + "-gone/bin/gone", "bin/gone"}, {"/home/mine", "parts/mine"}, {"nowhere", "bin/mine"},
	} {
		if err := os.MkdirAll(filepath.Dir(l[1]), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(l[0], l[1]); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "parts/file", "mine")
	b.part(t, "x", true, "prog")
	b.link(t, false)
	equal(t, "parts", b.links(t, "parts"), "file->(file) gone->"+old+"-gone mine->/home/mine x->x")
	b.link(t, true)
	equal(t, "parts of the whole profile", b.links(t, "parts"), "file->(file) mine->/home/mine x->x")
	equal(t, "bin", b.links(t, "bin"), "mine->nowhere prog->x/bin/prog")
}

func TestLinkOverwritesNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		block func() error
	}{
		{"file", func() error { return os.WriteFile("parts/x", nil, 0o644) }},
		{"folder", func() error { return os.Mkdir("parts/x", 0o755) }},
		{"link", func() error { return os.Symlink("/home/mine", "parts/x") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t, "")
			b.part(t, "x", true)
			if err := os.Mkdir("parts", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := tt.block(); err != nil {
				t.Fatal(err)
			}
			before := b.links(t, "parts")
			err := b.Link(b.store, b.graph, b.results, true)
			if err == nil || !strings.HasSuffix(err.Error(), "parts/x: something that belljar did not make is in the way") {
				t.Errorf("error %v", err)
			}
			equal(t, "parts", b.links(t, "parts"), before)
		})
	}
}

// The output is hostile: its bin folder is not looked for outside of it.
func TestBinThatLeadsOut(t *testing.T) {
	b := newBed(t, "")
	x := b.part(t, "x", true)
	outside := t.TempDir()
	write(t, outside+"/prog", "#!/bin/sh")
	if err := os.Chmod(outside+"/prog", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(b.store.Dir(), x.Path, "bin")); err != nil {
		t.Fatal(err)
	}
	b.link(t, true)
	equal(t, "bin", b.links(t, "bin"), "none")
}

func TestStoreTarget(t *testing.T) {
	hex := strings.Repeat("0", 32)
	for target, want := range map[string]bool{
		"/s/" + hex + "-x": true, "/s/" + hex + "-x/bin/y": true, hex + "-x": false, "/s/" + hex: false, "/s/" + hex[1:] + "-x": false,
		"/s/" + hex + "-x/lib/y": false, "/home/mine": false, "": false,
	} {
		equal(t, target, storeTarget(target), want)
	}
}

func TestTable(t *testing.T) {
	b := newBed(t, "")
	x := b.part(t, "x", true)
	r := b.results[x]
	r.Took = 1500 * time.Millisecond
	b.results[x] = r
	y := b.part(t, "y", false)
	b.results[y] = build.Result{Record: b.results[y].Record, Reused: true}
	delete(b.results, b.part(t, "not-built", false))
	rows := Table(b.graph, b.results)
	want := []Row{
		{Part: "x", Version: "1.2", Key: x.Key, StorePath: rootfs.Logical + "/" + x.Path, Manifest: strings.Repeat("f", 64), Seconds: 1.5, State: "built"},
		{Part: "y", Version: "1.2", Key: y.Key, StorePath: rootfs.Logical + "/" + y.Path, Manifest: strings.Repeat("f", 64), State: "reused"},
	}
	if len(rows) != 2 || rows[0] != want[0] || rows[1] != want[1] {
		t.Errorf("rows %+v", rows)
	}
	if empty := Table(&plan.Graph{}, nil); empty == nil || len(empty) != 0 {
		t.Errorf("no parts: %#v", empty) // [] in JSON, not null
	}
}

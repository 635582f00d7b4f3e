package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// realiserOf is a realiser whose store holds the named nodes, each with a
// reference to what it depends on.
func realiserOf(t *testing.T, all []*plan.Node, there ...string) *realiser {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	byName := map[string]*plan.Node{}
	for i, n := range all {
		n.Key, n.Listed = fmt.Sprintf("%032x%032x", i, i), true
		n.Path = action.PathName(n.Key, n.Part)
		byName[n.Part] = n
	}
	for _, name := range there {
		publish(t, s, byName[name])
	}
	return newRealiser(&plan.Graph{Nodes: all}, Options{Store: s})
}

func publish(t *testing.T, s *store.Store, n *plan.Node) {
	t.Helper()
	g, err := s.NewStaging(n.Key, n.Part)
	if err != nil {
		t.Fatal(err)
	}
	text, paths := "", []string(nil)
	for _, d := range n.Depends {
		text += store.Logical + "/" + d.Path + "\n"
		paths = append(paths, d.Path)
	}
	if err := os.WriteFile(g.Path("out/file"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Publish(context.Background(), store.PublishOptions{Action: []byte("{}"), Candidates: paths}); err != nil {
		t.Fatal(err)
	}
	if err := g.Discard(); err != nil {
		t.Fatal(err)
	}
}

func TestMissing(t *testing.T) {
	for _, c := range []struct{ there, want, absent string }{
		{"a b c d", "", ""},
		{"a b c", "d", "d"},
		{"", "a b c d", "a b c d"},
		// b and c refer to a, which is lost: d must wait for it, through them.
		{"b c", "a b c d", "a d"},
	} {
		all := nodes(t, "a", "b a", "c b", "d c")
		r := realiserOf(t, all, strings.Fields(c.there)...)
		wanted := map[*plan.Node]bool{}
		for _, n := range all {
			wanted[n] = true
		}
		todo, err := r.missing(wanted)
		if err != nil || names(todo) != c.want || names(r.absent(todo)) != c.absent {
			t.Errorf("with %q there: todo %q, want %q; absent %q, want %q; %v",
				c.there, names(todo), c.want, names(r.absent(todo)), c.absent, err)
		}
	}
}

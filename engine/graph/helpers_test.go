package graph

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/plan"
	"belljar.build/engine/recipe"
	"belljar.build/engine/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %v\n want %v", what, got, want)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

func keyOf(n int) string { return fmt.Sprintf("%032x%032x", 0xa5c+n, n) }

func pathOf(n int, name string) string { return action.PathName(keyOf(n), name) }

// planned is a plan of libxslt on libxml2 on zlib, the first two parts asked
// for, with a toolchain, and a part whose name is an attack.
func planned() *plan.Graph {
	base := &plan.Node{Draft: recipe.Draft{Action: &action.Action{Name: "base-1"}}, Key: keyOf(0), Path: pathOf(0, "base-1")}
	g := &plan.Graph{Nodes: []*plan.Node{base}}
	add := func(n int, part, version string, listed bool, inputs ...int) {
		a := &action.Action{Name: part + "-" + version, Toolchain: &action.Toolchain{Base: action.Input{Path: base.Path}}}
		for _, i := range inputs {
			a.Inputs = append(a.Inputs, action.Input{Path: g.Nodes[i].Path, Key: g.Nodes[i].Key})
		}
		g.Nodes = append(g.Nodes, &plan.Node{
			Part: part, Draft: recipe.Draft{Action: a, Version: version}, Key: keyOf(n), Path: pathOf(n, a.Name), Listed: listed,
		})
	}
	add(1, "zlib", "1.3", false)
	add(2, "libxml2", "2.9", true, 1)
	add(3, "libxslt", "1.1", true, 2, 1)
	g.Nodes[1].Version = `"<&>\` + "\x1b\n"
	g.Parts = g.Nodes[1:]
	return g
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// publish makes the output of a planned node; its file names the references.
func publish(t *testing.T, s *store.Store, n *plan.Node, references ...string) *store.Record {
	t.Helper()
	g, err := s.NewStaging(n.Key, n.Action.Name)
	must(t, err)
	must(t, os.WriteFile(g.Path("out/file"), []byte(strings.Join(references, "\n")), 0o644))
	n.Action.Normalise()
	text, err := n.Action.Encode()
	must(t, err)
	r, err := g.Publish(t.Context(), store.PublishOptions{Action: text, Candidates: references})
	must(t, err)
	return r
}

// collected is the plan with zlib and libxml2 built, which refers to it.
func collected(t *testing.T) *Graph {
	t.Helper()
	s, p := openStore(t), planned()
	publish(t, s, p.Nodes[1])
	publish(t, s, p.Nodes[2], p.Nodes[1].Path)
	g, err := Collect(s, p)
	must(t, err)
	return g
}

// edges lists a graph's edges, for people.
func edges(g *Graph) string {
	var all []string
	for _, n := range g.Nodes {
		for _, to := range n.Needs(Any) {
			all = append(all, fmt.Sprintf("%s>%s:%s", n.Name, to.Name, strings.Join(n.Kind(to).Names(), "+")))
		}
	}
	return strings.Join(all, " ")
}

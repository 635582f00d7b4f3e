package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/audit"
	"belljar.build/engine/graph"
	"belljar.build/engine/plan"
	"belljar.build/engine/recipe"
	"belljar.build/engine/store"
)

var pages = flag.String("pages", "", "write pages into this folder, to be looked at")

// drawn gives a document its graph: each part needs the two before it, all a
// toolchain, and all but the last are built.
func drawn(t *testing.T, d *Document) *Document {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	node := func(n int, name string) *plan.Node {
		key := fmt.Sprintf("%032x%032x", 0xabc+n, n)
		return &plan.Node{Draft: recipe.Draft{Action: &action.Action{Name: name}}, Key: key, Path: action.PathName(key, name)}
	}
	tools := node(0, "base-debian-11")
	g := &plan.Graph{Nodes: []*plan.Node{tools}}
	for i := range d.Parts {
		p := &d.Parts[i]
		name := action.OutputName(p.Output)
		if strings.ContainsAny(name, "<>") {
			name = "hostile-1" // the store takes no such name, the profile any part
		}
		n := node(i+1, name)
		n.Part, n.Listed = p.Part, true
		_, n.Version, _ = strings.Cut(name, "-")
		n.Action.Toolchain = &action.Toolchain{Base: action.Input{Path: tools.Path}}
		var references []string
		for j := 1 + i/3; j < i+1; j += 1 + i/3 {
			n.Action.Inputs = append(n.Action.Inputs, action.Input{Path: g.Nodes[j].Path, Key: g.Nodes[j].Key})
			references = append(references, g.Nodes[j].Path)
		}
		for j := range d.Findings {
			if d.Findings[j].Output == p.Output {
				d.Findings[j].Output = n.Path
			}
		}
		p.Output = n.Path
		g.Nodes = append(g.Nodes, n)
		if i < len(d.Parts)-1 {
			publish(t, s, n, references[:(len(references)+1)/2])
		}
	}
	d.Graph, err = graph.Collect(s, g)
	must(t, err)
	return d
}

func publish(t *testing.T, s *store.Store, n *plan.Node, references []string) {
	t.Helper()
	staging, err := s.NewStaging(n.Key, n.Action.Name)
	must(t, err)
	must(t, os.WriteFile(staging.Path("out/file"), []byte(strings.Repeat(strings.Join(references, "\n"), 999)), 0o644))
	n.Action.Normalise()
	text, err := n.Action.Encode()
	must(t, err)
	_, err = staging.Publish(t.Context(), store.PublishOptions{Action: text, Candidates: references})
	must(t, err)
}

// many is an audit with some 300 findings over 15 parts.
func many() *Document {
	d := document()
	names := strings.Fields("bzip2-1.0.8 ncurses-6.4 readline-8.2 gdbm-1.23 libffi-3.4.4 perl-5.36.0 libxslt-1.1.35 lxml-4.9.2 gcc-libs-10.2.1")
	for i, name := range names {
		part, _, _ := strings.Cut(name, "-")
		p := Part{Part: part, Output: fmt.Sprintf("%032x-%s", 0xfeed0+i, name), Manifest: fmt.Sprintf("sha256:%064x", i), Static: true}
		p.Place = &audit.Place{File: "profiles/component/" + part + ".cfg", Line: 3}
		d.Parts = append(d.Parts, p)
	}
	samples := append(staticSamples(), traceSamples()...)
	for i := range 270 {
		s := samples[(i*i+i/7)%len(samples)]
		s.part = i * 7 % (len(d.Parts) - 3)
		if s.file != "" {
			s.file = fmt.Sprintf("%s.%d", s.file, i)
		}
		s.subject = fmt.Sprint(s.subject, i)
		d.add(s)
	}
	audit.Sort(d.Findings)
	return d
}

func writePage(t *testing.T, name string, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	must(t, HTML(&b, d))
	if *pages != "" {
		must(t, os.WriteFile(filepath.Join(*pages, name+".html"), b.Bytes(), 0o644))
	}
	return b.String()
}

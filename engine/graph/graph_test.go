package graph

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"belljar.build/engine/store"
)

func TestCollect(t *testing.T) {
	g := collected(t)
	equal(t, "edges", edges(g), "zlib-1.3>base-1:toolchain "+
		"libxml2-2.9>zlib-1.3:input+reference libxml2-2.9>base-1:toolchain "+
		"libxslt-1.1>base-1:toolchain libxslt-1.1>libxml2-2.9:input libxslt-1.1>zlib-1.3:input")
	n := g.Named("libxml2")
	equal(t, "built", n.Built, true)
	equal(t, "size", n.Size, int64(len(n.Path)+len("-")-len("libxml2-2.9")+len("zlib-1.3")-1))
	equal(t, "not built", g.Named("libxslt").Built, false)
	equal(t, "by name", g.Named("base-1"), g.Node(pathOf(0, "base-1")))
	equal(t, "the base is of the toolchain", g.Named("base-1").Tools, true)
	equal(t, "nobody", g.Named("nobody"), nil)
	equal(t, "listed", len(g.Listed()), 2)
}

// Without a plan, what outputs declared is read from their actions.
func TestCollectWithoutPlan(t *testing.T) {
	s, p := openStore(t), planned()
	publish(t, s, p.Nodes[1])
	r := publish(t, s, p.Nodes[2], p.Nodes[1].Path)
	g, err := Collect(s, nil, r)
	must(t, err)
	equal(t, "edges", edges(g), "libxml2-2.9>zlib-1.3:input+reference libxml2-2.9>base-1:toolchain zlib-1.3>base-1:toolchain")
	equal(t, "label", g.Nodes[0].Label(), "libxml2-2.9")
	// One whose tree is gone is there, and not built.
	must(t, store.RemoveTree(s.Dir()+"/"+p.Nodes[1].Path))
	g, err = Collect(s, nil, r)
	must(t, err)
	equal(t, "built", g.Node(p.Nodes[1].Path).Built, false)
}

func TestPartAndReduce(t *testing.T) {
	g := collected(t)
	declared := g.Part(Input, g.Named("libxslt"))
	equal(t, "declared", edges(declared), "libxml2-2.9>zlib-1.3:input+reference libxslt-1.1>libxml2-2.9:input libxslt-1.1>zlib-1.3:input")
	equal(t, "reduced", edges(declared.Reduce()), "libxml2-2.9>zlib-1.3:input+reference libxslt-1.1>libxml2-2.9:input")
	equal(t, "references", edges(g.Part(Reference, g.Named("libxml2"))), "libxml2-2.9>zlib-1.3:input+reference")
	equal(t, "the graph is as it was", len(g.Nodes), 4)
}

// Only a damaged store has cycles: nothing of them may vanish, or hang.
func TestReduceCycle(t *testing.T) {
	g := collected(t)
	zlib, libxml2 := g.Named("zlib"), g.Named("libxml2")
	zlib.out[libxml2] = Reference
	reduced := g.Part(Input|Reference, g.Named("libxslt")).Reduce()
	equal(t, "edges", edges(reduced), "zlib-1.3>libxml2-2.9:reference libxml2-2.9>zlib-1.3:input+reference libxslt-1.1>libxml2-2.9:input libxslt-1.1>zlib-1.3:input")
	must(t, reduced.SVG(io.Discard))
}

func TestWeigh(t *testing.T) {
	g := collected(t)
	c := Weigh(Reference, g.Named("libxml2"))
	equal(t, "outputs", len(c.Outputs), 2)
	equal(t, "the largest first", c.Outputs[0].Name, "libxml2-2.9")
	equal(t, "closure", c.Outputs[0].Closure, c.Total)
	equal(t, "own", c.Outputs[1].Closure, c.Outputs[1].Size)
	equal(t, "unbuilt", Weigh(Build, g.Named("libxslt")).Unbuilt, 2)
}

func TestFormats(t *testing.T) {
	g := collected(t).Part(Build|Reference, collected(t).Listed()...)
	if len(g.Nodes) != 0 {
		t.Fatal("nodes of another graph were found")
	}
	g = collected(t)
	var dot, svg, doc strings.Builder
	must(t, g.Dot(&dot))
	golden(t, "small.dot", dot.String())
	must(t, g.SVG(&svg))
	golden(t, "small.svg", svg.String())
	must(t, g.JSON(&doc))
	golden(t, "small.json", doc.String())
	if !json.Valid([]byte(doc.String())) {
		t.Error("no JSON")
	}
	wellFormed(t, svg.String())
	for name, text := range map[string]string{"dot": dot.String(), "svg": svg.String()} {
		if strings.ContainsAny(text, "\x1b") || strings.Contains(text, "<&>") == (name == "svg") {
			t.Errorf("%s is not escaped", name)
		}
	}
}

// A page puts the drawing among its own text, with links and marks.
func TestDrawMarks(t *testing.T) {
	var svg strings.Builder
	must(t, collected(t).Draw(&svg, Drawing{Bare: true, Mark: func(n *Node) Mark {
		if n.Name != "zlib-1.3" {
			return Mark{}
		}
		return Mark{Class: "error", Link: `#"<x>`, Badge: "7", Note: "7 errors\u202e"}
	}}))
	wellFormed(t, svg.String())
	for text, want := range map[string]int{
		`<a href="#&quot;&lt;x&gt;"><g class="error"><title>zlib`: 1,
		"7 errors\ufffd</title>":                                  1, `>7</text></g></g></a>`: 1, "<a ": 1, "badge": 1, "<style": 0, "asked for": 0,
	} {
		equal(t, text, strings.Count(svg.String(), text), want)
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
	}
}

func TestEmptyGraph(t *testing.T) {
	g, err := Collect(openStore(t), nil)
	must(t, err)
	var svg strings.Builder
	must(t, g.SVG(&svg))
	wellFormed(t, svg.String())
	must(t, g.Dot(io.Discard))
}

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1 << 20: "1.0 MiB", 1023_990: "1.0 MiB", 5 << 30: "5.0 GiB", 1 << 50: "1024.0 TiB"} {
		equal(t, "size", SizeText(n), want)
	}
}

// Whatever bytes a label has, XML can hold them.
func TestEscape(t *testing.T) {
	var all []byte
	for i := range 256 {
		all = append(all, byte(i))
	}
	text := "<t a=\"" + escape(string(all)+"\ufffe\uffff\U0010ffff") + "\">" + escape(string(all)) + "</t>"
	wellFormed(t, text)
}

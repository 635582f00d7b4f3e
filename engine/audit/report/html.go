package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"belljar.build/engine/audit"
	"belljar.build/engine/graph"
)

var (
	//go:embed page/page.html
	pageTemplate string
	//go:embed page/page.css
	pageStyle string
	//go:embed page/page.js
	pageScript string
)

// HTML writes the report as one page that needs nothing else: no network, no
// font, and no script to be read, only to be filtered. Its policy lets no other
// style or script act than the two that it brings.
func HTML(w io.Writer, d *Document) error {
	p, err := newPage(d)
	if err != nil {
		return err
	}
	t, err := template.New("page").Funcs(pageFuncs()).Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	var b bytes.Buffer // a page that fails is not half written
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// pageFuncs make texts of what the document holds. Whatever a build can have
// said goes through one of them.
func pageFuncs() template.FuncMap {
	seen := map[string]bool{}
	return template.FuncMap{
		"text": func(v any) string { return Printable(fmt.Sprint(v)) },
		"name": partName, "rule": ruleText, "place": pagePlace, "exception": exceptionText, "are": are,
		"named": func(id audit.ID) string {
			r, _ := audit.Find(id)
			r.ID = id
			return ruleText(r)
		},
		"cell": func(n int, class string) cell { return cell{n, class} },
		// anchor names a finding, so that one can link to it; once.
		"anchor": func(f *audit.Finding) string {
			id := "finding-" + f.Fingerprint()
			if seen[id] {
				return ""
			}
			seen[id] = true
			return id
		},
		// elsewhere is the finding's place if it is not the part's.
		"elsewhere": func(f *audit.Finding, part *audit.Place) string {
			if f.Place == nil || part != nil && *part == *f.Place {
				return ""
			}
			return placeText(*f.Place)
		},
	}
}

// pagePlace takes a place, or one that may be nil.
func pagePlace(v any) string {
	if p, ok := v.(*audit.Place); ok {
		return placeText(*p)
	}
	return placeText(v.(audit.Place))
}

// cell is a number in the table of parts.
type cell struct {
	N     int
	Class string
}

// hashSource is how a policy names a style or script that may act.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// drawing is the graph without the toolchain, which everything needs: each
// output marked with what was found in it.
func drawing(g *graph.Graph, sections []pageSection) (template.HTML, error) {
	if g == nil {
		return "", nil
	}
	found := map[string]*pageSection{}
	for i := range sections {
		found[sections[i].Output] = &sections[i]
	}
	var roots []*graph.Node
	for _, n := range g.Nodes {
		if !n.Tools {
			roots = append(roots, n)
		}
	}
	if len(roots) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	err := g.Part(graph.Input|graph.Reference, roots...).Reduce().Draw(&b, graph.Drawing{
		Bare: true,
		Mark: func(n *graph.Node) graph.Mark { return found[n.Path].mark() },
	})
	return template.HTML(b.String()), err //nolint:gosec // Draw escapes every text
}

// mark is what the drawing says of a part that was looked at.
func (s *pageSection) mark() graph.Mark {
	if s == nil || s.Total() == 0 {
		return graph.Mark{}
	}
	return graph.Mark{Class: string(s.Worst()), Link: "#" + s.ID, Badge: fmt.Sprint(s.Total()), Note: s.Tally.String()}
}

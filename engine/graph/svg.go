package graph

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"belljar.build/engine/graph/layered"
	"belljar.build/rootfs"
)

// Measures of the drawing, in pixels.
const (
	margin    = 24
	boxHeight = 42
	padding   = 12
	nameSize  = 13
	smallSize = 10.5
	maxText   = 32 // characters of a label; the rest is in the tooltip
)

// style makes colours that can be read on light and dark ground: boxes bring
// their own, lines are of a middle tone.
const style = `text{font-family:"Inter","Segoe UI","Helvetica Neue",Arial,"DejaVu Sans",sans-serif;fill:#1d2733}
.n{font-size:13px;font-weight:600}.s{font-size:10.5px;fill:#4a5866}.l{font-size:11px;fill:#75818d}
rect{fill:#e8eef5;stroke:#7b93ad;stroke-width:1.2}.listed rect{fill:#cfe3fb;stroke:#2f74c0;stroke-width:1.8}
.tools rect{fill:#eeebe6;stroke:#a39a8c}.absent rect{fill:#f6f6f6;stroke-dasharray:5 4}
path.e{fill:none;stroke:#8291a1;stroke-width:1.3}path.r{stroke:#3d84cc;stroke-width:1.7}
path.e:hover{stroke:#d9822b;stroke-width:3}`

// SVG draws the graph, from left to right. It needs no other program.
func (g *Graph) SVG(w io.Writer) error { return g.Draw(w, Drawing{}) }

// Draw is SVG with what the drawing says more.
func (g *Graph) Draw(w io.Writer, d Drawing) error {
	layout, edges := g.place()
	b := bufio.NewWriter(w)
	width, height := layout.Width+2*margin, layout.Height+2*margin
	if !d.Bare {
		width, height = max(width, legendWidth+2*margin), height+legendHeight
	}
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">`+"\n", width, height, width, height)
	if !d.Bare {
		fmt.Fprintf(b, "<style>%s</style>\n", style)
	}
	fmt.Fprintf(b, "<defs>%s%s</defs>\n", arrow("a", "#8291a1"), arrow("b", "#3d84cc"))
	fmt.Fprintf(b, `<g transform="translate(%d %d)">`+"\n", margin, margin)
	for i, e := range edges {
		drawEdge(b, e[0], e[1], layout.Routes[i])
	}
	for i, n := range g.Nodes {
		drawNode(b, n, layout.Boxes[i], d.mark(n))
	}
	fmt.Fprintln(b, "</g>")
	if !d.Bare {
		legend(b, height-margin)
	}
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

// place computes the layout, with the edges in its order.
func (g *Graph) place() (layered.Layout, [][2]*Node) {
	index := map[*Node]int{}
	var sizes []layered.Size
	for i, n := range g.Nodes {
		index[n] = i
		name, small := n.text()
		width := max(textWidth(name, nameSize*1.06), textWidth(small, smallSize)) // bold is wider
		sizes = append(sizes, layered.Size{Width: width + 2*padding, Height: boxHeight})
	}
	var edges [][2]*Node
	var pairs [][2]int
	for _, n := range g.Nodes {
		for _, to := range n.Needs(Any) {
			edges = append(edges, [2]*Node{n, to})
			pairs = append(pairs, [2]int{index[n], index[to]})
		}
	}
	return layered.Place(sizes, pairs, layered.Options{}), edges
}

// text is what stands in the box, both lines.
func (n *Node) text() (name, small string) {
	var facts []string
	if n.Version != "" && len(n.Parts) > 0 {
		facts = append(facts, n.Version)
	}
	if n.Built {
		facts = append(facts, SizeText(n.Size))
	} else {
		facts = append(facts, "not built")
	}
	return shorten(n.Label()), shorten(strings.Join(facts, " · "))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText-1]) + "…"
	}
	return s
}

func drawNode(w io.Writer, n *Node, b layered.Box, m Mark) {
	var class []string
	for _, c := range []struct {
		name string
		is   bool
	}{{"listed", n.Listed}, {"tools", n.Tools}, {"absent", !n.Built}} {
		if c.is {
			class = append(class, c.name)
		}
	}
	if m.Class != "" {
		class = append(class, escape(m.Class))
	}
	tooltip := n.tooltip()
	if m.Note != "" {
		tooltip += "\n" + m.Note
	}
	name, small := n.text()
	before, after := m.link()
	fmt.Fprintf(w, `%s<g class="%s"><title>%s</title><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="8"/>`,
		before, strings.Join(class, " "), escape(tooltip), b.X, b.Y, b.Width, b.Height)
	fmt.Fprintf(w, `<text class="n" x="%.1f" y="%.1f">%s</text>`, b.X+padding, b.Y+18, escape(name))
	fmt.Fprintf(w, `<text class="s" x="%.1f" y="%.1f">%s</text>%s</g>%s`+"\n", b.X+padding, b.Y+33, escape(small), m.badge(b), after)
}

func (n *Node) tooltip() string {
	state := "not built"
	if n.Built {
		state = SizeText(n.Size)
	}
	return fmt.Sprintf("%s\n%s/%s\n%s", n.Label(), rootfs.Logical, n.Path, state)
}

// drawEdge draws the curve, level at every column. It ends before the box, to
// leave the arrow's point its place.
func drawEdge(w io.Writer, from, to *Node, route []layered.Point) {
	if len(route) < 2 {
		return
	}
	var d strings.Builder
	fmt.Fprintf(&d, "M%.1f %.1f", route[0].X, route[0].Y)
	for i := 1; i < len(route); i += 2 {
		a, b := route[i-1], route[i]
		if i > 1 {
			fmt.Fprintf(&d, "H%.1f", a.X)
		}
		if i == len(route)-1 {
			b.X -= 2
		}
		middle := (a.X + b.X) / 2
		fmt.Fprintf(&d, "C%.1f %.1f %.1f %.1f %.1f %.1f", middle, a.Y, middle, b.Y, b.X, b.Y)
	}
	class, marker := "e", "a"
	if from.out[to]&Reference != 0 {
		class, marker = "e r", "b"
	}
	fmt.Fprintf(w, `<path class="%s" d="%s" marker-end="url(#%s)"><title>%s</title></path>`+"\n", class, d.String(), marker,
		escape(fmt.Sprintf("%s needs %s: %s", from.Label(), to.Label(), strings.Join(from.out[to].Names(), ", "))))
}

func arrow(id, colour string) string {
	return fmt.Sprintf(`<marker id="%s" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">`+
		`<path d="M0 1L10 5L0 9L2.5 5z" fill="%s"/></marker>`, id, colour)
}

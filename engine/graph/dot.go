package graph

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"

	"belljar.build/rootfs"
)

// Dot writes the graph for Graphviz: boxes that are not built are dashed, what
// only a build needs is a thin line, references are thick.
func (g *Graph) Dot(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "digraph belljar {\n\trankdir=LR\n\tnode [shape=box style=rounded fontname=\"sans-serif\"]")
	for _, n := range g.Nodes {
		label := n.Label()
		if n.Version != "" && len(n.Parts) > 0 {
			label += "\n" + n.Version
		}
		fmt.Fprintf(b, "\t%s [label=%s tooltip=%s%s]\n", quote(n.Path), quote(label), quote(rootfs.Logical+"/"+n.Path), n.dotStyle())
	}
	for _, n := range g.Nodes {
		for _, to := range n.Needs(Any) {
			style := ""
			if n.out[to]&Reference != 0 {
				style = " [penwidth=2]"
			}
			fmt.Fprintf(b, "\t%s -> %s%s\n", quote(n.Path), quote(to.Path), style)
		}
	}
	fmt.Fprintln(b, "}")
	return b.Flush()
}

func (n *Node) dotStyle() string {
	style := ""
	if !n.Built {
		style = ` style="rounded,dashed"`
	}
	if n.Listed {
		style += " penwidth=2"
	}
	if n.Tools {
		style += " color=gray50 fontcolor=gray50"
	}
	return style
}

// quote writes a string of dot, in which a backslash starts an escape. Line
// ends are kept as such; other control characters a profile has no use for.
func quote(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '\n':
			out.WriteString(`\n`)
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case unicode.IsControl(r):
			out.WriteRune(unicode.ReplacementChar)
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
	return out.String()
}

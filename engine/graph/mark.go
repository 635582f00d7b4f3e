package graph

import (
	"fmt"

	"belljar.build/engine/graph/layered"
)

// Drawing says what a drawing shows besides the graph. The zero value is one
// that stands alone.
type Drawing struct {
	// Bare is for a page that brings its own style and legend.
	Bare bool
	// Mark gives what an output's box shows more; nil for nothing.
	Mark func(*Node) Mark
}

// Mark is what a box shows more.
type Mark struct {
	Class string // further CSS classes
	Link  string // where a click leads, "#part-zlib"
	Badge string // a few letters on the box's corner, "12"
	Note  string // one more line of what pointing at the box tells
}

func (d *Drawing) mark(n *Node) Mark {
	if d.Mark == nil {
		return Mark{}
	}
	return d.Mark(n)
}

// link is what stands before and after the box.
func (m *Mark) link() (before, after string) {
	if m.Link == "" {
		return "", ""
	}
	return fmt.Sprintf(`<a href="%s">`, escape(m.Link)), "</a>"
}

// badge sits on the upper right corner.
func (m *Mark) badge(b layered.Box) string {
	if m.Badge == "" {
		return ""
	}
	const height = 16
	width := max(height, textWidth(m.Badge, smallSize*1.06)+9)
	x, y := b.X+b.Width-width+5, b.Y-6
	return fmt.Sprintf(`<g class="badge"><rect x="%.1f" y="%.1f" width="%.1f" height="%d" rx="8"/>`+
		`<text x="%.1f" y="%.1f" text-anchor="middle">%s</text></g>`, x, y, width, height, x+width/2, y+11.7, escape(m.Badge))
}

// Package layered places boxes in columns so that edges lead from left to
// right: the layout that Sugiyama, Tagawa and Toda described in 1981. Columns
// come from the longest path, the order within one from barycentres, heights
// from weighted least squares.
//
// It knows sizes and edges, not what they mean, and draws nothing. The result
// depends on the input alone, down to the last digit.
package layered

// Size is that of a box.
type Size struct{ Width, Height float64 }

// Box is a placed one: all boxes of a column have its width.
type Box struct{ X, Y, Width, Height float64 }

// Point is one on a route.
type Point struct{ X, Y float64 }

// Options are distances; zero means the default.
type Options struct {
	// Gap is the least distance between two boxes of a column. Default: 14.
	Gap float64
	// Column is the least distance between two columns. Default: 48.
	Column float64
}

// Layout is where everything is.
type Layout struct {
	Width, Height float64
	Boxes         []Box
	// Routes are those of the edges: points in pairs, from the right side of a
	// box to the left side of the next column, where the route is level.
	// One that leads back, in a cycle, is told from its end to its start; one
	// from a box to itself is empty.
	Routes [][]Point
}

// vertex is a box or, with box -1, where a route crosses a column.
type vertex struct {
	box     int
	layer   int
	height  float64
	y       float64 // of the middle
	in, out []int
}

// drawing is the state of one layout.
type drawing struct {
	options  Options
	vertices []vertex
	layers   [][]int // vertices in their order
	routes   [][]int // of each edge the vertices, its ends included
}

// Place lays out boxes and the edges between them, pairs of indices.
func Place(sizes []Size, edges [][2]int, o Options) Layout {
	if o.Gap == 0 {
		o.Gap = 14
	}
	if o.Column == 0 {
		o.Column = 48
	}
	d := &drawing{options: o}
	for i, s := range sizes {
		d.vertices = append(d.vertices, vertex{box: i, height: s.Height})
	}
	d.rank(edges)
	d.order()
	d.align()
	return d.layout(sizes)
}

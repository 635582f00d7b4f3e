package layered

import (
	"cmp"
	"math"
	"slices"
)

// rounds of alignment, each over all columns in both directions.
const rounds = 10

// align gives every vertex its height: as near to its neighbours' as the order
// and the distances within the column allow.
func (d *drawing) align() {
	for _, layer := range d.layers {
		y := 0.0
		for i, v := range layer {
			if i > 0 {
				y += d.distance(layer[i-1], v)
			}
			d.vertices[v].y = y
		}
	}
	last := len(d.layers) - 1
	for range rounds {
		for l := range d.layers {
			d.settle(d.layers[l], true, l == 0)
		}
		for l := range d.layers {
			d.settle(d.layers[last-l], l == 0, true)
		}
	}
	d.compact()
}

// compact takes out what is empty in all columns at once.
func (d *drawing) compact() {
	all := make([]int, len(d.vertices))
	for i := range all {
		all[i] = i
	}
	top := func(v int) float64 { return d.vertices[v].y - d.vertices[v].height/2 }
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(top(a), top(b)) })
	bottom, saved := math.Inf(1), 0.0
	for _, v := range all {
		if empty := top(v) - saved - bottom; empty > d.options.Gap {
			saved += empty - d.options.Gap
		}
		d.vertices[v].y -= saved
		if b := d.vertices[v].y + d.vertices[v].height/2; math.IsInf(bottom, 1) || b > bottom {
			bottom = b
		}
	}
}

// distance is the least one between the middles of two neighbours in a column.
func (d *drawing) distance(a, b int) float64 {
	gap := d.options.Gap
	if d.vertices[a].box < 0 && d.vertices[b].box < 0 {
		gap /= 2 // two lines may run closer
	}
	return (d.vertices[a].height+d.vertices[b].height)/2 + gap
}

// block is a run of vertices that touch one another, as one weight.
type block struct {
	y, weight float64
	n         int
}

// settle moves the vertices of a column to the mean of their neighbours, or, as
// they may not come too close, to where the squares of what is missing are the
// least: isotonic regression, by pooling neighbours that would overtake.
func (d *drawing) settle(layer []int, in, out bool) {
	var blocks []block
	offset := make([]float64, len(layer))
	for i, v := range layer {
		if i > 0 {
			offset[i] = offset[i-1] + d.distance(layer[i-1], v)
		}
		y, weight := d.wish(v, in, out)
		b := block{y - offset[i], weight, 1}
		if len(d.vertices[v].in)+len(d.vertices[v].out) == 0 && len(blocks) > 0 {
			b.y = blocks[len(blocks)-1].y // it has no wish but to be near
		}
		for len(blocks) > 0 && blocks[len(blocks)-1].y > b.y {
			p := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			sum := p.weight + b.weight
			b = block{(p.y*p.weight + b.y*b.weight) / sum, sum, p.n + b.n}
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range b.n {
			d.vertices[layer[i]].y = b.y + offset[i]
			i++
		}
	}
}

// wish is where a vertex would like to be, and how much.
func (d *drawing) wish(v int, in, out bool) (y, weight float64) {
	n := &d.vertices[v]
	const inertia = 0.01 // of what has no neighbour on that side
	y, weight = n.y*inertia, inertia
	add := func(near []int) {
		for _, o := range near {
			w := 1.0
			switch long := n.box < 0; { // long edges are to be straight
			case long && d.vertices[o].box < 0:
				w = 8
			case long || d.vertices[o].box < 0:
				w = 2
			}
			y += d.vertices[o].y * w
			weight += w
		}
	}
	if in {
		add(n.in)
	}
	if out {
		add(n.out)
	}
	return y / weight, weight
}

package layered

import "slices"

// rank gives every box its column, and every long edge a vertex in each column
// that it crosses.
func (d *drawing) rank(edges [][2]int) {
	forward := d.acyclic(edges)
	for _, e := range forward {
		d.connect(e[0], e[1])
	}
	sorted := d.topological()
	for _, v := range sorted {
		for _, to := range d.vertices[v].out {
			d.vertices[to].layer = max(d.vertices[to].layer, d.vertices[v].layer+1)
		}
	}
	// Boxes with more edges to the right are moved there: it shortens edges.
	for range 4 {
		for _, v := range slices.Backward(sorted) {
			d.shorten(v)
		}
	}
	for i := range d.vertices {
		d.vertices[i].in, d.vertices[i].out = nil, nil
	}
	for _, e := range forward {
		d.route(e[0], e[1])
	}
}

// connect enters a step; one from a box to itself is none.
func (d *drawing) connect(from, to int) {
	if from == to {
		return
	}
	d.vertices[from].out = append(d.vertices[from].out, to)
	d.vertices[to].in = append(d.vertices[to].in, from)
}

// shorten moves a box as far as its neighbours allow to the side where it has
// more edges.
func (d *drawing) shorten(v int) {
	n := &d.vertices[v]
	low, high := 0, -1
	for _, i := range n.in {
		low = max(low, d.vertices[i].layer+1)
	}
	for _, o := range n.out {
		if l := d.vertices[o].layer - 1; high < 0 || l < high {
			high = l
		}
	}
	switch {
	case len(n.out) > len(n.in):
		n.layer = high
	case len(n.out) < len(n.in):
		n.layer = low
	}
}

// acyclic turns around the edges that close a cycle.
func (d *drawing) acyclic(edges [][2]int) [][2]int {
	out := make([][]int, len(d.vertices))
	for i, e := range edges {
		out[e[0]] = append(out[e[0]], i)
	}
	forward := slices.Clone(edges)
	state := make([]int8, len(d.vertices)) // 1: under way, 2: done
	var visit func(int)
	visit = func(v int) {
		state[v] = 1
		for _, i := range out[v] {
			to := edges[i][1]
			if state[to] == 1 {
				forward[i] = [2]int{to, v}
			}
			if state[to] == 0 {
				visit(to)
			}
		}
		state[v] = 2
	}
	for v := range d.vertices {
		if state[v] == 0 {
			visit(v)
		}
	}
	return forward
}

// topological lists the vertices, each after those that lead to it.
func (d *drawing) topological() []int {
	waiting := make([]int, len(d.vertices))
	var sorted []int
	for v, n := range d.vertices {
		if waiting[v] = len(n.in); waiting[v] == 0 {
			sorted = append(sorted, v)
		}
	}
	for i := 0; i < len(sorted); i++ {
		for _, to := range d.vertices[sorted[i]].out {
			if waiting[to]--; waiting[to] == 0 {
				sorted = append(sorted, to)
			}
		}
	}
	return sorted
}

// route leads an edge over the columns between its ends.
func (d *drawing) route(from, to int) {
	if from == to {
		d.routes = append(d.routes, nil)
		return
	}
	route := []int{from}
	for l := d.vertices[from].layer + 1; l < d.vertices[to].layer; l++ {
		d.vertices = append(d.vertices, vertex{box: -1, layer: l})
		route = append(route, len(d.vertices)-1)
	}
	route = append(route, to)
	for i := range route[1:] {
		d.connect(route[i], route[i+1])
	}
	d.routes = append(d.routes, route)
}

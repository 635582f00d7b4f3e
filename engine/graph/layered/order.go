package layered

import (
	"cmp"
	"slices"
)

// Bounds on looking for an order with few crossings.
const (
	sweeps  = 24
	patient = 6 // sweeps without success, after which the rest is left out
)

// order sorts every column so that few edges cross.
func (d *drawing) order() {
	d.firstOrder()
	place := make([]float64, len(d.vertices))
	best, fewest, failed := d.copyLayers(), d.crossings(), 0
	for sweep := 0; sweep < sweeps && failed < patient && fewest > 0; sweep++ {
		d.sweep(sweep%2 == 0, place)
		if n := d.crossings(); n < fewest {
			best, fewest, failed = d.copyLayers(), n, 0
		} else {
			failed++
		}
	}
	d.layers = best
}

// firstOrder enters the vertices depth first, so that what belongs together
// stands together.
func (d *drawing) firstOrder() {
	last := 0
	for _, v := range d.vertices {
		last = max(last, v.layer)
	}
	d.layers = make([][]int, last+1)
	seen := make([]bool, len(d.vertices))
	var visit func(int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		d.layers[d.vertices[v].layer] = append(d.layers[d.vertices[v].layer], v)
		for _, to := range d.vertices[v].out {
			visit(to)
		}
	}
	for v := range d.vertices {
		visit(v)
	}
}

func (d *drawing) copyLayers() [][]int {
	c := make([][]int, len(d.layers))
	for i, l := range d.layers {
		c[i] = slices.Clone(l)
	}
	return c
}

// sweep goes over all columns in one direction, and sorts each by the middle of
// its neighbours in the one before.
func (d *drawing) sweep(forward bool, place []float64) {
	for i := range d.layers {
		l := i
		if !forward {
			l = len(d.layers) - 1 - i
		}
		layer := d.layers[l]
		key := make(map[int]float64, len(layer))
		for at, v := range layer {
			near := d.vertices[v].in
			if !forward {
				near = d.vertices[v].out
			}
			if key[v] = float64(at); len(near) > 0 && i > 0 {
				key[v] = mean(near, place) * float64(len(layer))
			}
		}
		slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(key[a], key[b]) })
		for at, v := range layer { // as a share, so that columns of all lengths compare
			place[v] = (float64(at) + 0.5) / float64(len(layer))
		}
	}
}

func mean(of []int, value []float64) float64 {
	sum := 0.0
	for _, v := range of {
		sum += value[v]
	}
	return sum / float64(len(of))
}

// crossings counts those between neighbouring columns: the pairs of edges whose
// ends stand in different order, with a Fenwick tree.
func (d *drawing) crossings() int {
	at := make([]int, len(d.vertices))
	for _, layer := range d.layers {
		for i, v := range layer {
			at[v] = i
		}
	}
	total := 0
	for l := 1; l < len(d.layers); l++ {
		tree := make([]int, len(d.layers[l])+1)
		entered := 0
		for _, v := range d.layers[l-1] {
			ends := make([]int, 0, len(d.vertices[v].out))
			for _, to := range d.vertices[v].out {
				ends = append(ends, at[to])
			}
			for _, e := range ends {
				total += entered - upTo(tree, e+1)
			}
			for _, e := range ends {
				for i := e + 1; i < len(tree); i += i & -i {
					tree[i]++
				}
			}
			entered += len(ends)
		}
	}
	return total
}

// upTo is how many entries of the Fenwick tree stand at or before i.
func upTo(tree []int, i int) int {
	n := 0
	for ; i > 0; i -= i & -i {
		n += tree[i]
	}
	return n
}

package layered

import "math"

// layout turns columns and heights into boxes and routes.
func (d *drawing) layout(sizes []Size) Layout {
	l := Layout{Boxes: make([]Box, len(sizes))}
	top, bottom := d.extent()
	left := make([]float64, len(d.layers))
	right := make([]float64, len(d.layers))
	for i, layer := range d.layers {
		if i > 0 {
			left[i] = right[i-1] + d.columnGap(i)
		}
		width := 0.0
		for _, v := range layer {
			if b := d.vertices[v].box; b >= 0 {
				width = max(width, sizes[b].Width)
			}
		}
		right[i] = left[i] + width
	}
	for _, v := range d.vertices {
		if v.box >= 0 {
			l.Boxes[v.box] = Box{left[v.layer], v.y - top - v.height/2, right[v.layer] - left[v.layer], v.height}
		}
	}
	if len(right) > 0 {
		l.Width, l.Height = right[len(right)-1], bottom-top
	}
	l.Routes = make([][]Point, len(d.routes))
	for i, route := range d.routes {
		l.Routes[i] = d.points(route, left, right, top)
	}
	return l
}

// extent is the highest and the lowest point.
func (d *drawing) extent() (top, bottom float64) {
	if len(d.vertices) == 0 {
		return 0, 0
	}
	top, bottom = math.Inf(1), math.Inf(-1)
	for _, v := range d.vertices {
		top, bottom = min(top, v.y-v.height/2), max(bottom, v.y+v.height/2)
	}
	return top, bottom
}

// columnGap is how far a column keeps from the one before it: further when
// edges climb much, so that they are not all but vertical.
func (d *drawing) columnGap(layer int) float64 {
	climb := 0.0
	for _, v := range d.layers[layer] {
		for _, from := range d.vertices[v].in {
			climb = max(climb, math.Abs(d.vertices[v].y-d.vertices[from].y))
		}
	}
	return d.options.Column + min(climb*0.12, 4*d.options.Column)
}

func (d *drawing) points(route []int, left, right []float64, top float64) []Point {
	var all []Point
	for i, v := range route {
		n := d.vertices[v]
		if i > 0 {
			all = append(all, Point{left[n.layer], n.y - top})
		}
		if i < len(route)-1 {
			all = append(all, Point{right[n.layer], n.y - top})
		}
	}
	return all
}

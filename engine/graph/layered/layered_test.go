package layered

import (
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"testing"
)

// random makes boxes and edges, from later boxes to earlier ones.
func random(n int) ([]Size, [][2]int) {
	r := rand.New(rand.NewSource(int64(n)))
	var sizes []Size
	var edges [][2]int
	for i := range n {
		sizes = append(sizes, Size{40 + r.Float64()*100, 30 + r.Float64()*20})
		for k := r.Intn(4); k > 0 && i > 0; k-- {
			edges = append(edges, [2]int{i, r.Intn(i)})
		}
	}
	return sizes, edges
}

func TestBoxesKeepTheirDistance(t *testing.T) {
	for _, n := range []int{1, 2, 10, 60, 300} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			sizes, edges := random(n)
			l := Place(sizes, edges, Options{})
			for i, b := range l.Boxes {
				if b.Width < sizes[i].Width-0.01 || b.Height != sizes[i].Height || b.X < 0 || b.Y < -0.01 || b.X+b.Width > l.Width+0.01 || b.Y+b.Height > l.Height+0.01 {
					t.Fatalf("box %d: %+v of %+v in %v x %v", i, b, sizes[i], l.Width, l.Height)
				}
				for j, o := range l.Boxes[:i] {
					if b.X < o.X+o.Width && o.X < b.X+b.Width && b.Y < o.Y+o.Height+13.9 && o.Y < b.Y+b.Height+13.9 {
						t.Fatalf("boxes %d and %d: %+v, %+v", i, j, b, o)
					}
				}
			}
		})
	}
}

// Every route starts at its box, ends at its box and only goes right; no box is
// in its way where it crosses a column.
func TestRoutes(t *testing.T) {
	sizes, edges := random(80)
	l := Place(sizes, edges, Options{})
	for i, e := range edges {
		route := l.Routes[i]
		from, to := l.Boxes[e[0]], l.Boxes[e[1]]
		near(t, route[0], Point{from.X + from.Width, from.Y + from.Height/2})
		near(t, route[len(route)-1], Point{to.X, to.Y + to.Height/2})
		for k := 1; k < len(route); k++ {
			if route[k].X < route[k-1].X {
				t.Fatalf("route %d goes back: %v", i, route)
			}
		}
		for k := 1; k < len(route)-1; k += 2 {
			for _, b := range l.Boxes {
				if b.X == route[k].X && route[k].Y > b.Y && route[k].Y < b.Y+b.Height {
					t.Fatalf("route %d goes through a box", i)
				}
			}
		}
	}
}

func near(t *testing.T, got, want Point) {
	t.Helper()
	if math.Abs(got.X-want.X) > 0.01 || math.Abs(got.Y-want.Y) > 0.01 {
		t.Fatalf("point %v, want %v", got, want)
	}
}

func TestOddGraphs(t *testing.T) {
	square := Size{10, 10}
	for name, edges := range map[string][][2]int{
		"cycle": {{0, 1}, {1, 2}, {2, 0}}, "to itself": {{0, 0}, {0, 1}}, "twice": {{0, 1}, {0, 1}, {1, 0}}, "none": nil,
	} {
		t.Run(name, func(t *testing.T) {
			l := Place([]Size{square, square, square}, edges, Options{})
			if len(l.Routes) != len(edges) {
				t.Errorf("%d routes for %d edges", len(l.Routes), len(edges))
			}
		})
	}
	if l := Place(nil, nil, Options{}); l.Width != 0 || l.Height != 0 {
		t.Errorf("nothing has a size: %+v", l)
	}
}

func TestChainIsStraight(t *testing.T) {
	l := Place([]Size{{10, 10}, {10, 10}, {10, 10}}, [][2]int{{0, 1}, {1, 2}, {0, 2}}, Options{})
	if len(l.Routes[2]) != 4 {
		t.Errorf("the long edge %v does not cross one column", l.Routes[2])
	}
	if !(l.Boxes[0].X < l.Boxes[1].X && l.Boxes[1].X < l.Boxes[2].X) {
		t.Errorf("columns %+v", l.Boxes)
	}
}

func TestCrossingsAreFound(t *testing.T) {
	// A complete bipartite graph of 3 and 3 has 9 crossings in any order; a
	// matching has none.
	var all [][2]int
	for i := range 3 {
		for j := range 3 {
			all = append(all, [2]int{i, 3 + j})
		}
	}
	for want, edges := range map[int][][2]int{9: all, 0: {{0, 5}, {1, 3}, {2, 4}}} {
		d := &drawing{options: Options{Gap: 1, Column: 1}, vertices: make([]vertex, 6)}
		d.rank(edges)
		d.order()
		if got := d.crossings(); got != want {
			t.Errorf("%d crossings, want %d", got, want)
		}
	}
}

func TestSameAgain(t *testing.T) {
	sizes, edges := random(100)
	if !reflect.DeepEqual(Place(sizes, edges, Options{}), Place(sizes, edges, Options{})) {
		t.Error("two layouts of one graph differ")
	}
}

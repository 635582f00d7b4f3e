package why

import (
	"cmp"
	"maps"
	"slices"

	"belljar.build/engine/graph"
)

// MaxPaths is how many shortest paths an answer lists at most.
const MaxPaths = 20

// edge is one step.
type edge struct{ from, to *graph.Node }

// ways are paths between the same two outputs.
type ways [][]*graph.Node

// shortest finds the shortest paths, those over references first.
func shortest(from, to *graph.Node, kinds graph.Kind) ways {
	far := distances(from, to, kinds)
	if _, ok := far[from]; !ok {
		return nil
	}
	var found ways
	var follow func(way []*graph.Node)
	follow = func(way []*graph.Node) {
		n := way[len(way)-1]
		if n == to {
			found = append(found, slices.Clone(way))
			return
		}
		for _, next := range n.Needs(kinds) {
			if d, ok := far[next]; ok && d == far[n]-1 && len(found) < MaxPaths {
				follow(append(way, next))
			}
		}
	}
	follow([]*graph.Node{from})
	return found
}

// distances is how many steps it takes to reach to, for all on a way from from.
func distances(from, to *graph.Node, kinds graph.Kind) map[*graph.Node]int {
	users := map[*graph.Node][]*graph.Node{}
	for n := range graph.Reach(kinds, from) {
		for _, next := range n.Needs(kinds) {
			users[next] = append(users[next], n)
		}
	}
	far := map[*graph.Node]int{}
	if from != to && users[to] == nil {
		return far
	}
	far[to] = 0
	for todo := []*graph.Node{to}; len(todo) > 0; todo = todo[1:] {
		for _, user := range users[todo[0]] {
			if _, ok := far[user]; !ok {
				far[user] = far[todo[0]] + 1
				todo = append(todo, user)
			}
		}
	}
	return far
}

// steps are the edges of the paths.
func (w ways) steps() []edge {
	var all []edge
	for _, way := range w {
		for i := range way[1:] {
			all = append(all, edge{way[i], way[i+1]})
		}
	}
	return all
}

// edges are those of every way between the paths' ends, the longer ways'
// included, from the start on.
func (w ways) edges(kinds graph.Kind) []edge {
	if len(w) == 0 {
		return nil
	}
	from, to := w[0][0], w[0][len(w[0])-1]
	far := distances(from, to, kinds)
	var all []edge
	seen := map[*graph.Node]bool{}
	for todo := []*graph.Node{from}; len(todo) > 0; todo = todo[1:] {
		if seen[todo[0]] {
			continue
		}
		seen[todo[0]] = true
		for _, next := range todo[0].Needs(kinds) {
			if _, ok := far[next]; ok {
				all = append(all, edge{todo[0], next})
				todo = append(todo, next)
			}
		}
	}
	return all
}

func sorted(set map[*graph.Node]bool) []*graph.Node {
	return slices.SortedFunc(maps.Keys(set), func(a, b *graph.Node) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path))
	})
}

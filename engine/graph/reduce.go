package graph

// Reduce is the graph without the edges that longer ways imply. What is in a
// cycle, which only a damaged store has, keeps the edges that lead to it.
func (g *Graph) Reduce() *Graph {
	cyclic := map[*Node]bool{}
	for _, n := range g.Nodes {
		cyclic[n] = Reach(Any, n.Needs(Any)...)[n]
	}
	implied := map[*Node]map[*Node]bool{}
	for _, n := range g.Nodes {
		var second []*Node // what n needs over something else
		for to := range n.out {
			second = append(second, to.Needs(Any)...)
		}
		implied[n] = Reach(Any, second...)
	}
	return g.keep(func(*Node) bool { return true }, func(from, to *Node) Kind {
		if implied[from][to] && !cyclic[to] {
			return 0
		}
		return from.out[to]
	})
}

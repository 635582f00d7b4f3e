// Package graph holds which output needs which: what the plan declares, and
// what finished outputs refer to. It answers what is reachable, which edges say
// nothing new, and how large things are together, and writes a graph as dot,
// JSON or SVG.
//
// It reads the plan and the store's records and actions, never the outputs:
// looking into those is package why's business. The drawing starts no other
// program; its layout is package layered's.
package graph

import (
	"cmp"
	"slices"
	"strings"
)

// Kind says in which way one output needs another; a sum of the constants.
type Kind uint8

const (
	// Input is an output that the action declares: its build sees it.
	Input Kind = 1 << iota
	// Toolchain is the output that the build's root is made of.
	Toolchain
	// Reference is an output whose path stands in the files.
	Reference

	// Build is all that a build needs.
	Build = Input | Toolchain
	// Any is every kind.
	Any = Build | Reference
)

// Names lists the kinds, as JSON has them.
func (k Kind) Names() []string {
	var all []string
	for i, name := range [...]string{"input", "toolchain", "reference"} {
		if k&(1<<i) != 0 {
			all = append(all, name)
		}
	}
	return all
}

// Node is one output, finished or not.
type Node struct {
	Path string // base name in the store
	Name string // of the output, "zlib-1.2.13"
	Key  string // "" for an output that only its users name
	// Parts of the profile whose output it is; of the first the rest.
	Parts   []string
	Version string // "" when unknown
	// Listed is set for what was asked for, not only needed.
	Listed bool
	// Tools is set for the outputs that sandboxes' roots are made of.
	Tools bool
	// Built says that the output is in the store; Size is its own then, bytes.
	Built bool
	Size  int64

	out map[*Node]Kind
}

// Label is what a person calls it: the part, or else the output's name.
func (n *Node) Label() string {
	if len(n.Parts) > 0 {
		return strings.Join(n.Parts, ", ")
	}
	return n.Name
}

// Needs lists what n needs in one of the given ways, references first, then by
// name.
func (n *Node) Needs(kinds Kind) []*Node {
	var all []*Node
	for to, k := range n.out {
		if k&kinds != 0 {
			all = append(all, to)
		}
	}
	slices.SortFunc(all, func(a, b *Node) int {
		return cmp.Or(
			-cmp.Compare(n.out[a]&Reference, n.out[b]&Reference),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Path, b.Path),
		)
	})
	return all
}

// Kind says in which ways n needs to; 0 for not at all.
func (n *Node) Kind(to *Node) Kind { return n.out[to] }

// Graph is a set of outputs; a node's edges lead to nodes of the same graph.
type Graph struct {
	// Nodes in the order of the plan, what is needed first.
	Nodes  []*Node
	byPath map[string]*Node
}

// Node finds an output by its base name, nil if it is not in the graph.
func (g *Graph) Node(path string) *Node { return g.byPath[path] }

// Named finds an output by its part or, when only one bears it, by its name;
// nil if there is none.
func (g *Graph) Named(word string) *Node {
	var found []*Node
	for _, n := range g.Nodes {
		if slices.Contains(n.Parts, word) {
			return n
		}
		if n.Name == word {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found[0]
}

// Listed are the nodes that were asked for.
func (g *Graph) Listed() []*Node {
	return slices.DeleteFunc(slices.Clone(g.Nodes), func(n *Node) bool { return !n.Listed })
}

// Reach is the set of what the roots need in one of the given ways, directly or
// not, with the roots themselves.
func Reach(kinds Kind, roots ...*Node) map[*Node]bool {
	seen := map[*Node]bool{}
	todo := slices.Clone(roots)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		for to, k := range n.out {
			if k&kinds != 0 {
				todo = append(todo, to)
			}
		}
	}
	return seen
}

// Part is a graph of its own: what the roots need in one of the given ways, and
// the edges that are of one of them.
func (g *Graph) Part(kinds Kind, roots ...*Node) *Graph {
	reached := Reach(kinds, roots...)
	return g.keep(func(n *Node) bool { return reached[n] }, func(from, to *Node) Kind {
		if from.out[to]&kinds == 0 {
			return 0
		}
		return from.out[to]
	})
}

// keep copies what it is told to.
func (g *Graph) keep(node func(*Node) bool, edge func(from, to *Node) Kind) *Graph {
	copied := &Graph{byPath: map[string]*Node{}}
	for _, n := range g.Nodes {
		if node(n) {
			c := *n
			c.out = map[*Node]Kind{}
			copied.Nodes = append(copied.Nodes, &c)
			copied.byPath[c.Path] = &c
		}
	}
	for _, n := range g.Nodes {
		for to := range n.out {
			a, b := copied.byPath[n.Path], copied.byPath[to.Path]
			if k := edge(n, to); a != nil && b != nil && k != 0 {
				a.out[b] = k
			}
		}
	}
	return copied
}

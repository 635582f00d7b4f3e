package graph

import (
	"errors"
	"fmt"

	"belljar.build/engine/action"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// collector joins the plan and the store.
type collector struct {
	store *store.Store
	graph *Graph
	todo  []*Node // outputs whose record was not read yet
}

// Collect joins what the plan declares, the given finished outputs, and all
// that both need, as far as the store knows. p may be nil: then there are no
// parts. The outputs count as listed, like the plan's.
func Collect(s *store.Store, p *plan.Graph, outputs ...*store.Record) (*Graph, error) {
	c := &collector{store: s, graph: &Graph{byPath: map[string]*Node{}}}
	if p != nil {
		for _, n := range p.Nodes {
			c.plan(n)
		}
	}
	for _, r := range outputs {
		c.node(r.Path).Listed = true
	}
	for len(c.todo) > 0 {
		n := c.todo[0]
		c.todo = c.todo[1:]
		if err := c.read(n); err != nil {
			return nil, fmt.Errorf("collect the graph: %w", err)
		}
	}
	return c.graph, nil
}

// node finds an output or enters it, to be read.
func (c *collector) node(path string) *Node {
	if n := c.graph.byPath[path]; n != nil {
		return n
	}
	n := &Node{Path: path, Name: action.OutputName(path), out: map[*Node]Kind{}}
	c.graph.byPath[path] = n
	c.graph.Nodes = append(c.graph.Nodes, n)
	c.todo = append(c.todo, n)
	return n
}

// plan enters a planned output: what it declares stands there before it.
func (c *collector) plan(p *plan.Node) {
	n := c.node(p.Path)
	n.Key, n.Listed = p.Key, n.Listed || p.Listed
	if p.Part != "" {
		n.Parts = append(n.Parts, p.Part)
	}
	if p.Version != "" {
		n.Version = p.Version
	}
	c.declare(n, p.Action)
}

// declare enters the edges of an action.
func (c *collector) declare(n *Node, a *action.Action) {
	for _, i := range a.Inputs {
		c.edge(n, i.Path, Input)
	}
	if t := a.Toolchain; t != nil {
		c.edge(n, t.Base.Path, Toolchain).Tools = true
		if t.Tools != nil {
			c.edge(n, t.Tools.Path, Toolchain).Tools = true
		}
	}
}

// edge enters that n needs another output. That it needs itself goes without
// saying.
func (c *collector) edge(n *Node, path string, k Kind) *Node {
	to := c.node(path)
	if to != n {
		n.out[to] |= k
	}
	return to
}

// read enters what the store knows of an output: its references, and what its
// action declares, if no plan said so.
func (c *collector) read(n *Node) error {
	r, err := c.store.Record(n.Path)
	if errors.Is(err, store.ErrAbsent) {
		return nil // not built, or removed since it was needed
	}
	if err != nil {
		return err
	}
	n.Key, n.Built, n.Size = r.Key, true, r.Size
	for _, path := range r.References {
		c.edge(n, path, Reference)
	}
	a, err := c.store.Action(n.Path)
	if errors.Is(err, store.ErrAbsent) {
		return nil
	}
	if err == nil {
		c.declare(n, a)
	}
	return err
}

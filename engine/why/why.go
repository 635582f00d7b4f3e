// Package why answers why one output needs another: the ways from one to the
// other, and for every step of them where the profile declares it, and what in
// the output's files refers to the other.
//
// Outputs come from builds and are hostile: they are read beneath an open root,
// in pieces of bounded size, and only as far as a loader would interpret them.
// What it finds is the first evidence that a person can check, not a proof that
// nothing else depends on it.
package why

import (
	"fmt"

	"belljar.build/engine/graph"
	"belljar.build/engine/profile"
	"belljar.build/engine/store"
	"belljar.build/rootfs"
)

// Options say how much to tell.
type Options struct {
	// Kinds of needing to follow. Default: [graph.Any].
	Kinds graph.Kind
	// All asks for every edge on any way, instead of one shortest way's.
	All bool
	// Evidence is how much of it each edge lists at most. Default: 4.
	Evidence int
	// Profile is where declarations are looked up; may be nil.
	Profile *profile.Profile
}

// Output names one in an answer.
type Output struct {
	StorePath string   `json:"store_path"` // logical
	Name      string   `json:"name"`
	Parts     []string `json:"parts"`
	Built     bool     `json:"built"`
}

// Edge is that one output needs another directly.
type Edge struct {
	From  Output   `json:"from"`
	To    Output   `json:"to"`
	Kinds []string `json:"kinds"` // "input", "toolchain", "reference"
	// Declared is how the profile gets from one part to the other: the places
	// that refer to one another. Empty when that is not known.
	Declared []Place `json:"declared"`
	// Evidence is what in the files refers to the other output.
	Evidence []Evidence `json:"evidence"`
	More     int        `json:"more"` // how much evidence is not listed
}

// Answer is why From needs To.
type Answer struct {
	From Output `json:"from"`
	To   Output `json:"to"`
	// Paths are the ways, as store paths; none if From does not need To. Only
	// one, or, if all were asked for, all shortest ones (up to [MaxPaths]).
	Paths [][]string `json:"paths"`
	// Edges are those of the path, or, if all were asked for, those of every
	// way, also longer ones.
	Edges []Edge `json:"edges"`
	// Unbuilt are those on the way from From whose files are not there yet.
	Unbuilt []Output `json:"unbuilt"`
}

// Explain answers the question. The two outputs are of the same graph.
func Explain(s *store.Store, from, to *graph.Node, o Options) (*Answer, error) {
	if o.Kinds == 0 {
		o.Kinds = graph.Any
	}
	if o.Evidence <= 0 {
		o.Evidence = 4
	}
	a := &Answer{From: output(from), To: output(to), Paths: [][]string{}, Edges: []Edge{}, Unbuilt: unbuilt(from, o.Kinds)}
	if from == to {
		return a, nil
	}
	ways := shortest(from, to, o.Kinds)
	edges := ways.edges(o.Kinds)
	if !o.All {
		ways = ways[:min(1, len(ways))]
		edges = ways.steps()
	}
	for _, way := range ways {
		var path []string
		for _, n := range way {
			path = append(path, output(n).StorePath)
		}
		a.Paths = append(a.Paths, path)
	}
	found, err := evidence(s, edges, o.Evidence)
	if err != nil {
		return nil, fmt.Errorf("look for references: %w", err)
	}
	for i, e := range edges {
		a.Edges = append(a.Edges, Edge{
			From: output(e.from), To: output(e.to), Kinds: e.from.Kind(e.to).Names(),
			Declared: declared(o.Profile, e), Evidence: found[i].list(o.Evidence), More: found[i].more(o.Evidence),
		})
	}
	return a, nil
}

func output(n *graph.Node) Output {
	return Output{rootfs.Logical + "/" + n.Path, n.Name, append([]string{}, n.Parts...), n.Built}
}

// unbuilt lists what may have references that nobody knows yet.
func unbuilt(from *graph.Node, kinds graph.Kind) []Output {
	all := []Output{}
	if kinds&graph.Reference == 0 {
		return all
	}
	for _, n := range sorted(graph.Reach(graph.Any, from)) {
		if !n.Built {
			all = append(all, output(n))
		}
	}
	return all
}

package project

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"belljar.build/engine/graph"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
	"belljar.build/engine/store"
)

// Question is what one asks about outputs: what the words name, and the graph
// that they stand in. Close it.
type Question struct {
	Store *store.Store
	// Profile is nil when no word needed one and there is none.
	Profile *profile.Profile
	Graph   *graph.Graph
	// About are the outputs that the words name, in their order; without words
	// those of the parts that the profile lists.
	About []*graph.Node
}

// Close closes the store.
func (q *Question) Close() error { return q.Store.Close() }

// Ask finds what the words name: parts, finished outputs as [store.Store.Find]
// takes them, or names of outputs that these need. Only where there are parts
// among them, or no words at all, anything is planned.
func Ask(ctx context.Context, c Config, words []string) (_ *Question, err error) {
	s, err := OpenStore(c)
	if err != nil {
		return nil, err
	}
	q := &Question{Store: s}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	planned, err := q.plan(ctx, c, words)
	if err != nil {
		return nil, err
	}
	outputs, err := q.outputs(planned, words)
	if err != nil {
		return nil, err
	}
	if q.Graph, err = graph.Collect(s, planned, outputs...); err != nil {
		return nil, err
	}
	return q, q.find(words)
}

// plan plans the parts among the words. That there is no profile is an error
// only where one is needed.
func (q *Question) plan(ctx context.Context, c Config, words []string) (*plan.Graph, error) {
	p, err := Open(ctx, c)
	if isAbsent(err) && len(words) > 0 {
		for _, word := range words {
			if _, e := q.Store.Find(word); e != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	q.Profile = p.Profile
	parts := slices.DeleteFunc(slices.Clone(words), func(word string) bool {
		_, known := p.Profile.Header(word)
		return !known
	})
	if len(parts) == 0 && len(words) > 0 {
		return nil, nil
	}
	return p.Plan(ctx, parts)
}

// isAbsent tells that the profile itself does not exist.
func isAbsent(err error) bool {
	var e *profile.Error
	return errors.As(err, &e) && e.Line == 0 && errors.Is(err, fs.ErrNotExist)
}

// outputs are the records of the words that are no parts. A word that the store
// does not know may still be an output's name in the graph.
func (q *Question) outputs(planned *plan.Graph, words []string) ([]*store.Record, error) {
	var all []*store.Record
	for _, word := range words {
		if planned != nil && planned.Part(word) != nil {
			continue
		}
		r, err := q.Store.Find(word)
		if errors.Is(err, store.ErrUnnamed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// find fills in About.
func (q *Question) find(words []string) error {
	if len(words) == 0 {
		q.About = q.Graph.Listed()
	}
	for _, word := range words {
		n := q.Graph.Named(word)
		if r, err := q.Store.Find(word); n == nil && err == nil {
			n = q.Graph.Node(r.Path)
		}
		if n == nil {
			return fmt.Errorf("%q %w, and no part of the profile", word, store.ErrUnnamed)
		}
		q.About = append(q.About, n)
	}
	return nil
}

// Realised says which of the outputs are not in the store: ErrNotRealised.
func Realised(all ...*graph.Node) error {
	for _, n := range all {
		if !n.Built {
			return fmt.Errorf("part %s: %w: run belljar build %s", n.Label(), ErrNotRealised, n.Label())
		}
	}
	return nil
}

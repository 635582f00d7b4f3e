package project

import (
	"errors"
	"fmt"

	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// Output is the finished output that a person names: a part of the graph, or
// what [store.Store.Find] takes. g may be nil: then there are no parts.
func Output(s *store.Store, g *plan.Graph, word string) (*store.Record, error) {
	if g != nil {
		if n := g.Part(word); n != nil {
			r, ok, err := s.Lookup(n.Key)
			if err == nil && !ok {
				err = fmt.Errorf("part %s: %w: run belljar build %s", word, ErrNotRealised, word)
			}
			return r, err
		}
	}
	r, err := s.Find(word)
	if errors.Is(err, store.ErrUnnamed) {
		return nil, fmt.Errorf("%q %w, and no part of the profile", word, store.ErrUnnamed)
	}
	return r, err
}

package main

import (
	"context"
	"errors"
	"fmt"

	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

// ask finds the outputs that the words of a question name. The caller closes
// the answer.
func (g *globals) ask(ctx context.Context, args []string) (*project.Question, error) {
	words, overrides, err := split(args)
	if err != nil {
		return nil, err
	}
	q, err := project.Ask(ctx, g.config(overrides), words)
	if !errors.Is(err, store.ErrUnnamed) {
		return q, err
	}
	err = fmt.Errorf("%w: %w", errUsage, err)
	// Only now it matters which names would have been right.
	p, _, openErr := g.openProfile(ctx, false, args)
	if openErr != nil {
		return nil, err
	}
	for _, word := range words {
		if _, known := p.Profile.Header(word); known {
			continue
		}
		if parts, e := p.Parts(); e == nil {
			return nil, &hinted{err, suggest(word, parts, parts)}
		}
	}
	return nil, err
}

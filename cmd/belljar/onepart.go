package main

import (
	"context"
	"fmt"

	"belljar.build/engine/plan"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

// onePart plans the one part that a command is about and opens the store. The
// caller closes it.
func (g *globals) onePart(ctx context.Context, command string, args []string) (*project.Project, *plan.Graph, *store.Store, string, error) {
	if parts, _, err := split(args); err == nil && len(parts) != 1 {
		return nil, nil, nil, "", fmt.Errorf("%w: belljar %s takes one part, not %d", errUsage, command, len(parts))
	}
	p, parts, err := g.open(ctx, false, args)
	if err != nil {
		return nil, nil, nil, "", err
	}
	graph, err := p.Plan(ctx, parts)
	if err != nil {
		return nil, nil, nil, "", err
	}
	s, err := p.OpenStore()
	return p, graph, s, parts[0], err
}

package project

import (
	"context"
	"errors"
	"fmt"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/minimal"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
)

// Minimal proves which of the declared inputs of n its build does not need. n is
// built and observed, if it was not. tell is called before each further build.
func (p *Project) Minimal(ctx context.Context, g *plan.Graph, n *plan.Node, o build.Options, tell func(what string)) (_ *minimal.Proof, err error) {
	if n.Action.Toolchain == nil || n.Action.Toolchain.Tools == nil {
		return nil, fmt.Errorf("part %s: %w", n.Part, ErrUncheckable)
	}
	n.Listed = true
	results, err := p.realiseForAudit(ctx, g, &AuditOptions{Build: o, Trace: true})
	if err != nil {
		return nil, err
	}
	o.Fetch = p.Fetch
	trials, err := build.NewTrials(ctx, g, []*plan.Node{n}, o) // brings inputs that the store has lost
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, trials.Close()) }()
	seen, err := observed(o.Store, g, n)
	if err != nil {
		return nil, err
	}
	if seen.Truncated {
		return nil, fmt.Errorf("part %s: %w", n.Part, ErrTruncated)
	}
	proof, err := minimal.Prove(ctx, minimal.Subject{
		Part: n.Part, Manifest: results[n].Record.Manifest, Declared: declaredInputs(n), Unread: seen.Unread,
		Closure: o.Store.Closure, Tell: tell,
		Build: func(ctx context.Context, hidden []string) (*build.Trial, error) {
			return trials.BuildWithout(ctx, n, hidden)
		},
	})
	if err != nil {
		return nil, err
	}
	proof.Places, err = p.declarations(g, n, proof.Superfluous)
	return proof, err
}

// ErrTruncated says that an observation is not whole.
var ErrTruncated = errors.New("its build named more than is kept of an observation, so what was not read is not known")

// declarations are where a part's section names parts with these outputs.
func (p *Project) declarations(g *plan.Graph, n *plan.Node, paths []string) (map[string][]audit.Place, error) {
	mentions, err := p.Profile.Mentions(n.Part)
	if err != nil {
		return nil, err
	}
	places := map[string][]audit.Place{}
	for _, m := range mentions {
		o := g.Part(m.To)
		if o == nil {
			continue
		}
		for _, path := range paths {
			if o.Path == path {
				places[path] = append(places[path], audit.Place{File: m.File, Line: m.Line})
			}
		}
	}
	return places, nil
}

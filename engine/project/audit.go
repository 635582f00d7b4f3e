package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/inspect"
	"belljar.build/engine/audit/report"
	"belljar.build/engine/audit/trace"
	"belljar.build/engine/build"
	"belljar.build/engine/graph"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// AuditOptions say how to audit parts.
type AuditOptions struct {
	// Build is how to build what the store lacks, or what was not observed.
	Build build.Options
	// Trace audits what the builds did, too.
	Trace bool
	// Baseline are findings that are known; nil for none.
	Baseline report.Baseline
	// Tell is called before each part is looked at; may be nil.
	Tell func(part string)
}

// PlanAudit plans the parts, and which of them to audit, each output once: those
// that were asked for, or, with all, also what they need. All of those are wanted.
func (p *Project) PlanAudit(ctx context.Context, parts []string, all bool) (*plan.Graph, []*plan.Node, error) {
	g, err := p.Plan(ctx, parts)
	if err != nil {
		return nil, nil, err
	}
	nodes := inspect.Parts(g, all)
	for _, n := range nodes {
		n.Listed = true
	}
	return g, nodes, nil
}

// auditor is the state of one audit.
type auditor struct {
	AuditOptions
	graph     *plan.Graph
	rules     *audit.Policy
	inspector *inspect.Inspector
	document  *report.Document
	looked    map[string]map[byte]bool // by part, by the first letter of rules
}

// Audit builds what the store lacks, whatever is found in it, and audits nodes.
// Findings are no error; which of them the policy excepts is marked.
func (p *Project) Audit(ctx context.Context, g *plan.Graph, nodes []*plan.Node, o AuditOptions) (*report.Document, error) {
	results, err := p.realiseForAudit(ctx, g, &o)
	if err != nil {
		return nil, err
	}
	rules, err := p.Policy(g)
	if err != nil {
		return nil, err
	}
	a := &auditor{
		AuditOptions: o, graph: g, rules: rules, inspector: inspect.New(o.Build.Store, g, rules), looked: map[string]map[byte]bool{},
		document: &report.Document{Profile: p.config.Profile, Settings: rules.Settings, Findings: []audit.Finding{}},
	}
	for _, n := range nodes {
		if o.Tell != nil {
			o.Tell(n.Part)
		}
		if err := a.part(ctx, n, results[n].Record); err != nil {
			return nil, err
		}
	}
	looked := func(part string, rule audit.ID) bool { return rule != "" && a.looked[part][rule[0]] }
	a.document.Stale = rules.Apply(a.document.Findings, looked)
	a.document.Gone = o.Baseline.Apply(a.document.Findings, looked)
	audit.Sort(a.document.Findings)
	drawn, err := graph.Collect(o.Build.Store, g)
	if err != nil {
		return nil, err
	}
	var roots []*graph.Node
	for _, n := range nodes {
		roots = append(roots, drawn.Node(n.Path))
	}
	a.document.Graph = drawn.Part(graph.Input|graph.Reference, roots...)
	return a.document, nil
}

// realiseForAudit builds without refusing anything: what is wrong is to be
// reported, not to keep the report from being made.
func (p *Project) realiseForAudit(ctx context.Context, g *plan.Graph, o *AuditOptions) (map[*plan.Node]build.Result, error) {
	o.Build.Fetch = p.Fetch
	o.Build.Observe = o.Trace
	results, err := build.Realise(ctx, g, o.Build)
	if err != nil {
		return nil, err
	}
	return results, p.complete(ctx, g)
}

// part audits one output.
func (a *auditor) part(ctx context.Context, n *plan.Node, r *store.Record) error {
	place := &audit.Place{File: n.Position.File, Line: n.Position.Line}
	row := report.Part{Part: n.Part, Output: n.Path, Manifest: r.Manifest, Static: true, Place: place}
	began := time.Now()
	found, err := a.inspector.Find(ctx, n, filepath.Join(a.Build.Store.Dir(), r.Path), r)
	if err != nil {
		return err
	}
	row.Seconds = time.Since(began).Seconds()
	a.looked[n.Part] = map[byte]bool{'S': true}
	if a.Trace && n.Action.Toolchain != nil {
		seen, err := a.observed(n)
		if err != nil {
			return err
		}
		row.Traced, row.Events, row.Programs, row.Misses, row.Truncated = true, seen.Events, seen.Programs, seen.Misses, seen.Truncated
		found = append(trace.Join(found, seen.Levels, a.rules.CPU), seen.Findings...)
		a.looked[n.Part]['D'] = true
	}
	for i := range found {
		found[i].Part, found[i].Output, found[i].Place = n.Part, n.Path, place
	}
	a.document.Parts = append(a.document.Parts, row)
	a.document.Findings = append(a.document.Findings, found...)
	return nil
}

// observed audits what the last observed build did.
func (a *auditor) observed(n *plan.Node) (*trace.Result, error) {
	return observed(a.Build.Store, a.graph, n)
}

func observed(s *store.Store, g *plan.Graph, n *plan.Node) (_ *trace.Result, err error) {
	inputs, err := visibleInputs(s, g, n)
	if err != nil {
		return nil, err
	}
	in, err := s.Observation(n.Key)
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", n.Action.Name, err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	found, err := trace.Audit(in, trace.Subject{
		Part: n.Part, Output: n.Path, Action: n.Action, Inputs: inputs, Parts: partNames(g),
	})
	if err != nil {
		return nil, fmt.Errorf("audit what the build of %s did: %w", n.Action.Name, err)
	}
	return found, nil
}

// visibleInputs are the outputs that n's build could see, and why. Of an input that
// the store has lost since, what it referred to is not known; it can only have been
// what its own build declared.
func visibleInputs(s *store.Store, g *plan.Graph, n *plan.Node) ([]trace.Input, error) {
	own, err := s.Record(n.Path)
	if err != nil {
		return nil, err
	}
	nodes := map[string]*plan.Node{}
	for _, o := range g.Nodes {
		nodes[o.Path] = o
	}
	declared := declaredInputs(n)
	by := map[string][]string{}
	var inputs []trace.Input
	seen := map[string]bool{}
	for todo := slices.Clone(declared); len(todo) > 0; todo = todo[1:] {
		path := todo[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		name, references, err := described(s, nodes[path], path)
		if err != nil {
			return nil, err
		}
		for _, to := range references {
			if to != path {
				by[to] = append(by[to], name)
				todo = append(todo, to)
			}
		}
		inputs = append(inputs, trace.Input{
			Path: path, Part: name, Declared: slices.Contains(declared, path), Referenced: slices.Contains(own.References, path),
		})
	}
	for i := range inputs {
		inputs[i].By = by[inputs[i].Path]
	}
	slices.SortFunc(inputs, func(a, b trace.Input) int { return cmp.Compare(a.Path, b.Path) })
	return inputs, nil
}

// described is what an output is called, and what it refers to, or could have. n is
// nil for one that the plan does not have.
func described(s *store.Store, n *plan.Node, path string) (name string, references []string, err error) {
	r, err := s.Record(path)
	switch {
	case err == nil && (n == nil || n.Part == ""):
		return r.Name, r.References, nil
	case err == nil:
		return n.Part, r.References, nil
	case errors.Is(err, store.ErrAbsent) && n != nil:
		return cmp.Or(n.Part, n.Action.Name), declaredInputs(n), nil
	case errors.Is(err, store.ErrAbsent):
		return audit.Mask(path), nil, nil
	}
	return "", nil, err
}

func declaredInputs(n *plan.Node) (paths []string) {
	for _, i := range n.Action.Inputs {
		paths = append(paths, i.Path)
	}
	return paths
}

func partNames(g *plan.Graph) (names []string) {
	for _, n := range g.Parts {
		names = append(names, n.Part)
	}
	return names
}

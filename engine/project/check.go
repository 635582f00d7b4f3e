package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"belljar.build/engine/build"
	"belljar.build/engine/check"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
	"belljar.build/engine/vary"
)

// CheckOptions say how to check parts.
type CheckOptions struct {
	// Check is for each part; its Keep is the folder in which each part has one.
	Check check.Options
	Build build.Options
	// Diffoscope is its path; "" does not run it. It compares what was kept.
	Diffoscope string
	// Deep opens what gets diffoscope's words on the trees in a folder.
	Deep func(folder string) (io.WriteCloser, error)
	// Tell is called before and after each build.
	Tell func(part string, s check.Step)
	// Done is called for each part.
	Done func(*check.Verdict)
	// Warn is told of a verdict that could not be kept.
	Warn func(string)
}

// ErrUncheckable says that no sandbox builds a part: it is of the toolchain,
// which belljar unpacks itself.
var ErrUncheckable = errors.New("it is of the toolchain, unpacked by belljar itself: there is no build to vary")

// Checkable are the parts of g that are built with its toolchain, each output once:
// those that were asked for, or, with all, also what they need.
func Checkable(g *plan.Graph, all bool) (nodes []*plan.Node) {
	seen := map[string]bool{}
	for _, n := range g.Parts {
		if t := n.Action.Toolchain; t != nil && t.Tools != nil && (n.Listed || all) && !seen[n.Key] {
			seen[n.Key] = true
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// PlanCheck plans the parts, and which of them to check. Of those that are to
// be checked all are wanted, so that Build realises them.
func (p *Project) PlanCheck(ctx context.Context, parts []string, all bool) (*plan.Graph, []*plan.Node, error) {
	g, err := p.Plan(ctx, parts)
	if err != nil {
		return nil, nil, err
	}
	nodes := Checkable(g, all)
	for _, name := range parts {
		if n := g.Part(name); n.Action.Toolchain == nil || n.Action.Toolchain.Tools == nil {
			return nil, nil, fmt.Errorf("part %s: %w", name, ErrUncheckable)
		}
	}
	for _, n := range nodes {
		n.Listed = true
	}
	return g, nodes, nil
}

// Check builds what the store lacks of nodes, checks them one after the other,
// and keeps the verdicts in the store. An output that is not reproducible is no
// error. One that does not build when all is held still is: the others are
// checked first, and the error wraps [check.ErrControl].
func (p *Project) Check(ctx context.Context, g *plan.Graph, nodes []*plan.Node, o CheckOptions) (verdicts []*check.Verdict, err error) {
	results, err := p.Build(ctx, g, o.Build)
	if err != nil {
		return nil, err
	}
	o.Build.Fetch = p.Fetch
	trials, err := build.NewTrials(ctx, g, nodes, o.Build)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, trials.Close()) }()
	var failed error
	for _, n := range nodes {
		v, err := o.check(ctx, trials, n, results[n].Record)
		if err != nil && !errors.Is(err, check.ErrControl) {
			return verdicts, err
		}
		failed = errors.Join(failed, err)
		verdicts = append(verdicts, v)
		if o.Done != nil {
			o.Done(v)
		}
	}
	return verdicts, failed
}

// check checks one output, whose record is r.
func (o *CheckOptions) check(ctx context.Context, trials *build.Trials, n *plan.Node, r *store.Record) (*check.Verdict, error) {
	s := o.Build.Store
	options := o.Check
	if options.Keep != "" {
		options.Keep = filepath.Join(options.Keep, folderOf(n))
	}
	if o.Tell != nil {
		options.Tell = func(step check.Step) { o.Tell(n.Part, step) }
	}
	subject := check.Subject{Part: n.Part, Output: r.Path, Key: r.Key, Manifest: r.Manifest, Dir: filepath.Join(s.Dir(), r.Path)}
	v, err := check.Check(ctx, subject, func(ctx context.Context, c vary.Circumstances) (*build.Trial, error) {
		return trials.Build(ctx, n, c)
	}, options)
	if err != nil {
		return v, err
	}
	if err := o.keepVerdict(ctx, v); err != nil {
		return v, err
	}
	return v, o.deep(ctx, n, options.Keep)
}

// folderOf is a name for what is kept of a part: its own, where that is one
// folder's.
func folderOf(n *plan.Node) string {
	if !filepath.IsLocal(n.Part) || strings.Contains(n.Part, "/") || n.Part == "." {
		return n.Path
	}
	return n.Part
}

// keepVerdict records the verdict, unless the output is another one meanwhile.
func (o *CheckOptions) keepVerdict(ctx context.Context, v *check.Verdict) error {
	text, err := v.Kept()
	if err != nil {
		return err
	}
	err = o.Build.Store.SetCheck(ctx, v.Key, v.Manifest, text)
	if errors.Is(err, store.ErrOther) && o.Warn != nil {
		o.Warn(fmt.Sprintf("%s: the verdict is not kept: %v", v.Part, err))
		return nil
	}
	return err
}

func (o *CheckOptions) deep(ctx context.Context, n *plan.Node, kept string) (err error) {
	if o.Diffoscope == "" || kept == "" {
		return nil
	}
	w, err := o.Deep(kept)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return check.Deep(ctx, o.Diffoscope, kept, w)
}

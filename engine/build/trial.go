package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/jobserver"
	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/store"
	"belljar.build/engine/vary"
	"belljar.build/sandbox"
)

// Trials builds outputs that the store has once more, under circumstances of
// one's choice, into trees that are looked at and thrown away. One goroutine uses
// it at a time.
type Trials struct {
	*realiser
	end func() error
}

// NewTrials builds whatever the builds of nodes need and the store lacks,
// fetches their sources and starts a supervisor. Close it.
func NewTrials(ctx context.Context, g *plan.Graph, nodes []*plan.Node, o Options) (*Trials, error) {
	r := newRealiser(g, o)
	if err := r.protect(); err != nil {
		return nil, err
	}
	end, err := r.prepare(ctx, nodes, true)
	if err != nil {
		return nil, err
	}
	return &Trials{realiser: r, end: end}, nil
}

// Close ends the supervisor.
func (t *Trials) Close() error { return t.end() }

// Trial is what one such build left.
type Trial struct {
	// Manifest is the hash of what it built; "" when it failed.
	Manifest string
	// Dir is the tree, with the modes and times of a published output.
	Dir string
	// Log is the build's log.
	Log     string
	Seconds float64
	// Failure is set when it failed: the circumstances may be the reason.
	Failure *Failure

	staging *store.Staging
}

// Discard removes the tree and the log. Discarding twice is no error.
func (t *Trial) Discard() error {
	if t.staging == nil { // a test's
		return nil
	}
	return t.staging.Discard()
}

// Build builds n under c. An error is the machine's, or ctx's; a build that fails
// is a Trial with a Failure.
func (t *Trials) Build(ctx context.Context, n *plan.Node, c vary.Circumstances) (*Trial, error) {
	return t.build(ctx, n, c, nil)
}

// BuildWithout builds n with these outputs (base names) hidden, which it would
// otherwise see: its environment still names them, but they are not there.
func (t *Trials) BuildWithout(ctx context.Context, n *plan.Node, hidden []string) (*Trial, error) {
	return t.build(ctx, n, vary.Circumstances{}, hidden)
}

func (t *Trials) build(ctx context.Context, n *plan.Node, c vary.Circumstances, hidden []string) (_ *Trial, err error) {
	staging, err := t.options.Store.NewStaging(n.Key, n.Action.Name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = with(err, staging.Discard())
		}
	}()
	r := t.alone(c)
	member, err := r.pool.Join(ctx, 0)
	if err != nil {
		return nil, err
	}
	defer member.Leave()
	b := &oneBuild{realiser: r, node: n, member: member, began: time.Now(), limits: r.limits(n), staging: staging, circumstances: c, hidden: hidden}
	trial := &Trial{Dir: staging.Path("out"), Log: filepath.Join(filepath.Dir(staging.Path("out")), "log"), staging: staging}
	err = b.try(ctx, trial)
	trial.Seconds = time.Since(b.began).Seconds()
	if f, ok := errors.AsType[*Failure](err); ok {
		trial.Failure, err = f, nil
	}
	return trial, err
}

// alone is the realiser with tokens of its own.
func (t *Trials) alone(c vary.Circumstances) *realiser {
	o := t.options
	o.Jobs, o.Observe = c.Jobs(o.Jobs), false
	return &realiser{
		graph: t.graph, options: o, sources: t.sources, supervisor: t.supervisor,
		pool: jobserver.New(o.Jobs), results: t.results,
	}
}

// try builds, and describes the output as if it were to be published.
func (b *oneBuild) try(ctx context.Context, t *Trial) (err error) {
	if b.visible, err = b.realiser.visible(b.node); err != nil {
		return err
	}
	if err := b.leaveBehind(b.circumstances); err != nil {
		return err
	}
	limited, end := b.limits.context(ctx)
	defer end(nil)
	if b.log, err = startLog(t.Log, b.limits, end, b.phase); err != nil {
		return err
	}
	report, err := b.sandboxed(limited)
	err = errors.Join(err, b.log.close())
	if limit := asFailure(context.Cause(limited), err, b.limits); limit != nil && ctx.Err() == nil {
		return b.unkept(&step.Failure{Phase: "limit", Message: limit.Error()})
	}
	switch {
	case errors.Is(err, sandbox.ErrDied) && ctx.Err() == nil && !errors.Is(err, sandbox.ErrUnsupported):
		return b.unkept(&step.Failure{Phase: "sandbox", Message: err.Error()})
	case err != nil:
		return fmt.Errorf("build %s: %w", b.node.Action.Name, err)
	case report.Failure != nil:
		return b.unkept(report.Failure)
	}
	record, err := b.staging.Examine(ctx, store.PublishOptions{Candidates: b.visible, Epoch: action.Epoch})
	if errors.Is(err, store.ErrUnfit) {
		return b.unkept(&step.Failure{Phase: "publish", Message: err.Error()})
	}
	if err != nil {
		return err
	}
	t.Manifest = record.Manifest
	return nil
}

// unkept is a failure of which nothing but the log is left.
func (b *oneBuild) unkept(why *step.Failure) error {
	return &Failure{Node: b.node, Phase: why.Phase, Message: why.Message, Source: why.Source, Full: why.Full, Tail: b.log.tail.last(), Log: b.log.path}
}

// leaveBehind fills /tmp as others would have.
func (b *oneBuild) leaveBehind(c vary.Circumstances) error {
	for _, f := range c.Leftovers() {
		name := filepath.Join(b.staging.Path("tmp"), f.Path)
		if err := os.WriteFile(name, []byte(f.Text), f.Mode); err != nil {
			return fmt.Errorf("fill the build's /tmp: %w", err)
		}
	}
	return nil
}

// arrange makes the sandbox and what its executor is told as c says.
func arrange(spec *sandbox.Spec, order *step.Order, c vary.Circumstances, f folders) error {
	if c.IsUsual() {
		return nil
	}
	order.Varied = step.Varied{
		Work: c.Work(), Env: c.Env(order.Action.Env, step.WorkDir), Umask: c.Umask(), Pids: c.Pids(),
	}
	spec.View = c.View(time.Now())
	c.Arrange(&spec.Root)
	for i, b := range spec.Root.Binds {
		if b.Target == step.WorkDir && c.Work() != "" {
			spec.Root.Binds[i].Target = c.Work()
		}
	}
	for _, l := range c.Leftovers() {
		spec.Owned = append(spec.Owned, filepath.Join(f.tmp, l.Path))
	}
	task, err := json.Marshal(order)
	if err != nil {
		return fmt.Errorf("encode order: %w", err)
	}
	spec.Task = task
	return nil
}

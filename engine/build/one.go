package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/store"
	"belljar.build/sandbox"
)

// realiser is the state of one run.
type realiser struct {
	graph      *plan.Graph
	options    Options
	sources    map[*plan.Node][]fetch.Result
	supervisor *sandbox.Supervisor
	places     chan struct{}
	done       map[*plan.Node]chan struct{}

	mu      sync.Mutex
	results map[*plan.Node]Result
}

// realise builds n, unless another process did so meanwhile.
func (r *realiser) realise(ctx context.Context, n *plan.Node) (_ *Result, err error) {
	unlock, err := r.options.Store.Lock(ctx, n.Key, func(holder string) { r.options.Events.waiting(n, holder) })
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	record, ok, err := r.options.Store.Lookup(n.Key)
	if err != nil {
		return nil, err
	}
	if ok && !r.unobserved(n) {
		return &Result{Record: record, Reused: true}, nil
	}
	if f := r.options.Events.Started; f != nil {
		f(n)
	}
	return r.build(ctx, n, record)
}

// build runs the action in a sandbox and publishes its output, unless the key
// has one: existing is its record then.
func (r *realiser) build(ctx context.Context, n *plan.Node, existing *store.Record) (_ *Result, err error) {
	began := time.Now()
	staging, err := r.options.Store.NewStaging(n.Key, n.Action.Name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, staging.Discard()) }()
	visible, err := r.visible(n)
	if err != nil {
		return nil, err
	}
	limits := r.limits(n)
	limited, end := limits.context(ctx)
	defer end(nil)
	log, err := startLog(r.options.Store.LogPath(n.Key), limits, end)
	if err != nil {
		return nil, err
	}
	report, err := r.sandboxed(limited, n, stagingFolders(staging), visible, log)
	err = errors.Join(err, log.close())
	if limit := asFailure(context.Cause(limited), err, limits); limit != nil && ctx.Err() == nil {
		log.add("belljar: " + limit.Error())
		return nil, r.failure(n, staging, log, &step.Failure{Phase: "limit", Message: limit.Error()})
	}
	if err != nil {
		return nil, r.died(ctx, n, staging, log, err)
	}
	if report.Failure != nil {
		return nil, r.failure(n, staging, log, report.Failure)
	}
	for _, w := range report.Warnings {
		if f := r.options.Events.Warning; f != nil {
			f(n, w)
		}
	}
	if existing != nil {
		return &Result{Record: existing, Took: time.Since(began)}, nil
	}
	result, err := r.publish(limited, n, staging, visible, began)
	if limit := asFailure(context.Cause(limited), nil, limits); limit != nil && err != nil && ctx.Err() == nil {
		log.add("belljar: " + limit.Error())
		return nil, r.failure(n, staging, log, &step.Failure{Phase: "limit", Message: limit.Error()})
	}
	if errors.Is(err, store.ErrUnfit) {
		return nil, r.failure(n, staging, log, &step.Failure{Phase: "publish", Message: err.Error()})
	}
	return result, err
}

func (r *realiser) publish(ctx context.Context, n *plan.Node, staging *store.Staging, visible []string, began time.Time) (*Result, error) {
	text, err := n.Action.Encode()
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	record, err := staging.Publish(ctx, store.PublishOptions{
		Action: text, Candidates: visible, Started: began, Seconds: took.Seconds(), Epoch: action.Epoch,
	})
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", n.Action.Name, err)
	}
	if err := r.options.Store.DropKept(n.Key, n.Action.Name); err != nil {
		return nil, err
	}
	return &Result{Record: record, Took: time.Since(began)}, nil
}

// visible lists the store paths that n's build sees: its declared inputs and
// whatever they refer to.
func (r *realiser) visible(n *plan.Node) ([]string, error) {
	var direct []string
	for _, i := range n.Action.Inputs {
		direct = append(direct, i.Path)
	}
	closure, err := r.options.Store.Closure(direct)
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", n.Action.Name, err)
	}
	return closure, nil
}

// sandboxed runs the action's steps. An error means that there is no report.
func (r *realiser) sandboxed(ctx context.Context, n *plan.Node, f folders, visible []string, log *logFile) (*step.Report, error) {
	order := step.Order{Action: n.Action, Output: n.Location(), Jobs: r.options.Jobs}
	files, err := r.openSources(n, &order)
	defer func() { closeFiles(files) }()
	if err != nil {
		return nil, err
	}
	spec, err := r.spec(n, f, visible, order)
	if err != nil {
		return nil, err
	}
	seen, err := r.startObservation(n)
	if err != nil {
		return nil, err
	}
	spec.Observe = seen.pipe != nil
	result, err := r.supervisor.Run(ctx, spec, sandbox.Files{Output: log.pipe, Sources: files, Observations: seen.pipe})
	if err := errors.Join(err, seen.close()); err != nil {
		return nil, err
	}
	var report step.Report
	if err := json.Unmarshal(result.Status, &report); err != nil {
		return nil, fmt.Errorf("read the sandbox's report: %w", err)
	}
	if f := report.Failure; f != nil && crowded(result.Processes, r.limits(n)) {
		f.Message += fmt.Sprintf("; it had %d processes, near the limit (--limit processes=)", result.Processes)
	}
	return &report, nil
}

// openSources opens n's sources and names them in the order. The caller
// closes those that it gets, with an error too.
func (r *realiser) openSources(n *plan.Node, order *step.Order) (files []*os.File, err error) {
	for _, s := range r.sources[n] {
		f, err := os.Open(s.Path)
		if err != nil {
			return files, fmt.Errorf("open source: %w", err)
		}
		files = append(files, f)
		order.Sources = append(order.Sources, s.Name)
	}
	return files, nil
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// failure keeps what a person needs to find out why.
func (r *realiser) failure(n *plan.Node, staging *store.Staging, log *logFile, why *step.Failure) error {
	f := &Failure{
		Node: n, Phase: why.Phase, Message: why.Message, Source: why.Source,
		Tail: log.tail.last(), Log: log.path,
	}
	kept, err := staging.Keep()
	f.Kept = kept
	return errors.Join(f, err)
}

// died tells an ended sandbox from a cancelled one and from a machine that
// cannot make any.
func (r *realiser) died(ctx context.Context, n *plan.Node, staging *store.Staging, log *logFile, err error) error {
	if ctx.Err() != nil || errors.Is(err, sandbox.ErrUnsupported) || !errors.Is(err, sandbox.ErrDied) {
		return fmt.Errorf("build %s: %w", n.Action.Name, err)
	}
	return r.failure(n, staging, log, &step.Failure{Phase: "sandbox", Message: err.Error()})
}

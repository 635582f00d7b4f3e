package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/jobserver"
	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/store"
	"belljar.build/engine/vary"
	"belljar.build/sandbox"
)

// realiser is the state of one run.
type realiser struct {
	graph      *plan.Graph
	options    Options
	sources    map[*plan.Node][]fetch.Result
	supervisor *sandbox.Supervisor
	pool       *jobserver.Pool

	mu      sync.Mutex
	results map[*plan.Node]Result
}

// realise builds n, unless another process did so meanwhile.
func (r *realiser) realise(ctx context.Context, n *plan.Node, member *jobserver.Member) (*Result, error) {
	record, ok, err := r.options.Store.Lookup(n.Key)
	if err != nil {
		return nil, err
	}
	if ok && !r.again(n) {
		return &Result{Record: record, Reused: true}, nil
	}
	r.options.Events.Started(n)
	b := &oneBuild{realiser: r, node: n, member: member, existing: record, began: time.Now(), limits: r.limits(n)}
	result, err := b.build(ctx)
	b.note(err)
	if f, ok := errors.AsType[*Failure](err); ok {
		r.options.Events.Failed(f)
	}
	return result, err
}

// oneBuild is the state of one build.
type oneBuild struct {
	*realiser
	node   *plan.Node
	member *jobserver.Member
	// existing is the record of the key's output, if it has one already.
	existing *store.Record
	began    time.Time
	limits   Limits
	staging  *store.Staging
	visible  []string
	log      *logFile
	used     sandbox.Result
	built    string // manifest hash of what was built, once it is known
	// circumstances are usual, and nothing is hidden of what is visible, but in
	// a trial.
	circumstances vary.Circumstances
	hidden        []string
}

// build runs the action in a sandbox and publishes its output, unless the key
// has one.
func (b *oneBuild) build(ctx context.Context) (_ *Result, err error) {
	n := b.node
	if b.staging, err = b.options.Store.NewStaging(n.Key, n.Action.Name); err != nil {
		return nil, err
	}
	defer func() { err = with(err, b.staging.Discard()) }()
	if b.visible, err = b.realiser.visible(n); err != nil {
		return nil, err
	}
	limited, end := b.limits.context(ctx)
	defer end(nil)
	if b.log, err = startLog(b.options.Store.LogPath(n.Key), b.limits, end, b.phase); err != nil {
		return nil, err
	}
	report, err := b.sandboxed(limited)
	err = errors.Join(err, b.log.close())
	if limit := asFailure(context.Cause(limited), err, b.limits); limit != nil && ctx.Err() == nil {
		return nil, b.limited(limit)
	}
	if err != nil {
		return nil, b.died(ctx, err)
	}
	if report.Failure != nil {
		return nil, b.failure(report.Failure)
	}
	for _, w := range report.Warnings {
		b.options.Events.Warning(n, w)
	}
	// Others may use the CPU while the disk works.
	b.member.Leave()
	b.phase("publish")
	result, err := b.publish(limited)
	if limit := asFailure(context.Cause(limited), nil, b.limits); limit != nil && err != nil && ctx.Err() == nil {
		return nil, b.limited(limit)
	}
	if errors.Is(err, store.ErrUnfit) {
		return nil, b.failure(&step.Failure{Phase: "publish", Message: err.Error()})
	}
	return result, err
}

func (b *oneBuild) phase(name string) { b.options.Events.Phase(b.node, name) }

// publish gives the output its place. One that was built only to be observed
// has it already.
func (b *oneBuild) publish(ctx context.Context) (*Result, error) {
	repair := b.options.Repair[b.node.Key]
	if b.existing != nil && !repair {
		return b.compare(ctx)
	}
	text, err := b.node.Action.Encode()
	if err != nil {
		return nil, err
	}
	options := store.PublishOptions{
		Action: text, Part: b.node.Part, Candidates: b.visible,
		Started: b.began, Seconds: time.Since(b.began).Seconds(), Epoch: action.Epoch,
	}
	if b.options.Inspect != nil {
		options.Inspect = b.inspect
	}
	before := b.options.Store.Recorded(b.node.Key)
	publish := b.staging.Publish
	if repair && before != "" { // its tree may be gone
		publish = b.staging.Replace
	}
	record, err := publish(ctx, options)
	if different, ok := errors.AsType[*store.DifferentError](err); ok {
		return nil, b.failure(&step.Failure{Phase: "repair", Message: different.Error()})
	}
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return nil, b.refused(refusal)
	}
	if err != nil {
		return nil, fmt.Errorf("build %s: %w", b.node.Action.Name, err)
	}
	if before != "" && before != record.Manifest {
		b.options.Events.Warning(b.node, fmt.Sprintf(
			"built again it has manifest %.16s, recorded was %.16s, of a tree that is gone: it is not reproducible", record.Manifest, before))
	}
	b.built = record.Manifest
	if err := b.options.Store.DropKept(b.node.Key, b.node.Action.Name); err != nil {
		return nil, err
	}
	return &Result{Record: record, Took: time.Since(b.began)}, nil
}

// compare looks whether what was built to be observed is what the store has.
func (b *oneBuild) compare(ctx context.Context) (*Result, error) {
	again, err := b.staging.Examine(ctx, store.PublishOptions{Candidates: b.visible, Epoch: action.Epoch})
	if err != nil {
		return nil, err
	}
	if b.built = again.Manifest; b.built != b.existing.Manifest {
		b.options.Events.Warning(b.node, fmt.Sprintf(
			"built again to be observed it has manifest %.16s, recorded is %.16s: it is not reproducible, as belljar check would show", b.built, b.existing.Manifest))
	}
	return &Result{Record: b.existing, Took: time.Since(b.began)}, nil
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
func (b *oneBuild) sandboxed(ctx context.Context) (*step.Report, error) {
	n := b.node
	order := step.Order{Action: n.Action, Output: n.Location(), Jobserver: true}
	files, err := b.openSources(n, &order)
	defer func() { closeFiles(files) }()
	if err != nil {
		return nil, err
	}
	folders := stagingFolders(b.staging)
	shown := slices.DeleteFunc(slices.Clone(b.visible), func(path string) bool { return slices.Contains(b.hidden, path) })
	spec, err := b.spec(n, folders, shown, order)
	if err != nil {
		return nil, err
	}
	if err := arrange(&spec, &order, b.circumstances, folders); err != nil {
		return nil, err
	}
	seen, err := b.startObservation(n)
	if err != nil {
		return nil, err
	}
	spec.Observe = seen.pipe != nil
	read, write, err := b.member.Pipes()
	if err != nil {
		return nil, errors.Join(err, seen.close())
	}
	files = append(files, read, write)
	result, err := b.supervisor.Run(ctx, spec, sandbox.Files{Output: b.log.pipe, Sources: files, Observations: seen.pipe})
	if err := errors.Join(err, seen.close()); err != nil {
		return nil, err
	}
	b.used = *result
	var report step.Report
	if err := json.Unmarshal(result.Status, &report); err != nil {
		return nil, fmt.Errorf("read the sandbox's report: %w", err)
	}
	if f := report.Failure; f != nil && crowded(result.Processes, b.limits) {
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
func (b *oneBuild) failure(why *step.Failure) error {
	f := &Failure{
		Node: b.node, Phase: why.Phase, Message: why.Message, Source: why.Source, Full: why.Full,
		Tail: b.log.tail.last(), Log: b.log.path,
	}
	kept, err := b.staging.Keep()
	f.Kept = kept
	if store.IsFull(err) { // more of what is said already
		f.Full, err = true, nil
		f.Message += "; its work folder could not be kept"
	}
	return with(f, err)
}

// with joins what went wrong besides to an error, if something did.
func with(err, besides error) error {
	if besides == nil {
		return err
	}
	return errors.Join(err, besides)
}

// limited is the failure of a build that took too much.
func (b *oneBuild) limited(limit *limitError) error {
	b.log.add("belljar: " + limit.Error())
	return b.failure(&step.Failure{Phase: "limit", Message: limit.Error()})
}

// died tells an ended sandbox from a cancelled one and from a machine that
// cannot make any.
func (b *oneBuild) died(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, sandbox.ErrUnsupported) || !errors.Is(err, sandbox.ErrDied) {
		return fmt.Errorf("build %s: %w", b.node.Action.Name, err)
	}
	return b.failure(&step.Failure{Phase: "sandbox", Message: err.Error()})
}

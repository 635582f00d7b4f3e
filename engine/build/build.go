// Package build realises a graph of actions: what the store lacks is built,
// each action in one sandbox, inputs first, and everything else is reused.
//
// It decides when and where, never what: that is the action's. It fetches
// nothing while a build runs: all sources are on disk, checked, before the
// first sandbox starts.
package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"belljar.build/engine/fetch"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
	"belljar.build/sandbox"
)

// Options say how to realise a graph.
type Options struct {
	Store *store.Store
	// Fetch brings the sources of everything that will be built.
	Fetch func(context.Context, []fetch.Request) ([]fetch.Result, error)
	// Jobs is how many processes may run at once: so many parts, and so
	// many jobs of make in each. 0 means the number of CPUs.
	Jobs int
	// Limits bound each build.
	Limits Limits
	// Observe records what each build names, see [store.Store.Observation].
	// A wanted part that is there and was not observed is built again for it;
	// its output in the store stays as it is.
	Observe bool
	Events  Events
}

// Events are called as things happen, from several goroutines. Any may be nil.
type Events struct {
	Started  func(*plan.Node)
	Finished func(*plan.Node, Result)
	// Waiting is called when another belljar is building the same output.
	Waiting func(n *plan.Node, holder string)
	Warning func(n *plan.Node, text string)
}

func (e Events) waiting(n *plan.Node, holder string) {
	if e.Waiting != nil {
		e.Waiting(n, holder)
	}
}

// Result is what became of one node.
type Result struct {
	Record *store.Record
	Reused bool
	// Took is the wall time of this run, zero when reused.
	Took time.Duration
}

// ErrFailed is wrapped by every [Failure].
var ErrFailed = errors.New("build failed")

// Failure is a build that did not end well. Nothing of it is in the store.
type Failure struct {
	Node    *plan.Node
	Phase   string // "configure", "make", ...
	Message string
	// Source is the source file at fault, if one is.
	Source string
	// Tail are the last lines of the log.
	Tail []string
	Log  string // path of the whole log
	Kept string // path of the kept work folder
}

func (f *Failure) Error() string {
	return fmt.Sprintf("build %s: %s: %s", f.name(), f.Phase, f.Message)
}

// Position is the "file:line" of what is at fault: the option that names the
// source, or the part.
func (f *Failure) Position() string {
	for _, s := range f.Node.Sources {
		if s.Name == f.Source && f.Source != "" {
			return s.Position
		}
	}
	return f.Node.Position.String()
}

func (f *Failure) Unwrap() error { return ErrFailed }

func (f *Failure) name() string {
	if f.Node.Part != "" {
		return "part " + f.Node.Part
	}
	return f.Node.Action.Name
}

// Realise makes every listed part of the graph exist and returns what is
// known of each node that exists now. It stops starting builds at the first
// failure and returns that, after the running ones have ended.
func Realise(ctx context.Context, g *plan.Graph, o Options) (map[*plan.Node]Result, error) {
	if o.Jobs <= 0 {
		o.Jobs = runtime.NumCPU()
	}
	r := &realiser{graph: g, options: o, results: map[*plan.Node]Result{}, done: map[*plan.Node]chan struct{}{}}
	wanted := map[*plan.Node]bool{}
	for _, n := range g.Nodes {
		wanted[n] = n.Listed
	}
	todo, err := r.missing(wanted)
	if err != nil || len(todo) == 0 {
		return r.results, err
	}
	if err := r.fetch(ctx, todo); err != nil {
		return r.results, err
	}
	closeSupervisor, err := r.startSupervisor()
	if err != nil {
		return r.results, err
	}
	err = r.buildAll(ctx, todo)
	return r.results, errors.Join(err, closeSupervisor())
}

// missing finds the nodes to build: a wanted one that the store lacks, and
// what its build declares and the store lacks. Inputs of what is there
// already are not asked for.
func (r *realiser) missing(wanted map[*plan.Node]bool) ([]*plan.Node, error) {
	var todo []*plan.Node
	for i := len(r.graph.Nodes) - 1; i >= 0; i-- { // users before what they use
		n := r.graph.Nodes[i]
		record, ok, err := r.options.Store.Lookup(n.Key)
		if err != nil {
			return nil, err
		}
		if ok && !(wanted[n] && r.unobserved(n)) {
			r.results[n] = Result{Record: record, Reused: true}
			continue
		}
		if !wanted[n] {
			continue
		}
		todo = append(todo, n)
		for _, d := range n.Depends {
			wanted[d] = true
		}
	}
	for i, j := 0, len(todo)-1; i < j; i, j = i+1, j-1 {
		todo[i], todo[j] = todo[j], todo[i]
	}
	return todo, nil
}

// unobserved tells whether n must be built for the sake of observing it. What
// imports the toolchain is not observed: it is belljar itself.
func (r *realiser) unobserved(n *plan.Node) bool {
	return r.options.Observe && n.Listed && n.Action.Toolchain != nil && !r.options.Store.Observed(n.Key)
}

func (r *realiser) fetch(ctx context.Context, todo []*plan.Node) error {
	var requests []fetch.Request
	var owners []*plan.Node
	for _, n := range todo {
		for _, s := range n.Sources {
			requests = append(requests, s)
			owners = append(owners, n)
		}
	}
	if len(requests) == 0 {
		return nil
	}
	files, err := r.options.Fetch(ctx, requests)
	if err != nil {
		return err
	}
	r.sources = map[*plan.Node][]fetch.Result{}
	for i, f := range files {
		r.sources[owners[i]] = append(r.sources[owners[i]], f)
	}
	return nil
}

func (r *realiser) startSupervisor() (func() error, error) {
	scratch, err := os.MkdirTemp(r.options.Store.Scratch(), "supervisor-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the supervisor: %w", err)
	}
	r.supervisor, err = sandbox.Start(scratch)
	if err != nil {
		return nil, errors.Join(err, os.Remove(scratch))
	}
	return func() error { return errors.Join(r.supervisor.Close(), os.Remove(scratch)) }, nil
}

// buildAll runs one goroutine a node; each waits for the node's inputs and
// then for one of the places.
func (r *realiser) buildAll(ctx context.Context, todo []*plan.Node) error {
	for _, n := range todo {
		r.done[n] = make(chan struct{})
	}
	r.places = make(chan struct{}, r.options.Jobs)
	group, waiting := errgroup.WithContext(ctx)
	for _, n := range todo {
		group.Go(func() error { return r.node(ctx, waiting, n) })
	}
	return group.Wait()
}

// node realises n. The first failure ends waiting, not ctx: builds that run
// already go on, for their work is good.
func (r *realiser) node(ctx, waiting context.Context, n *plan.Node) error {
	for _, d := range n.Depends {
		done, building := r.done[d]
		if !building {
			continue
		}
		select {
		case <-done:
		case <-waiting.Done():
			return context.Cause(waiting)
		}
	}
	select {
	case r.places <- struct{}{}:
	case <-waiting.Done():
		return context.Cause(waiting)
	}
	defer func() { <-r.places }()
	if waiting.Err() != nil {
		return context.Cause(waiting)
	}
	result, err := r.realise(ctx, n)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.results[n] = *result
	r.mu.Unlock()
	if f := r.options.Events.Finished; f != nil {
		f(n, *result)
	}
	close(r.done[n])
	return nil
}

// tail keeps the last lines of what is written to it.
type tail struct {
	lines   []string
	partial string
}

// tailLines is how much of a log a failure shows.
const tailLines = 40

func (t *tail) Write(p []byte) (int, error) {
	text := t.partial + string(p)
	all := strings.Split(text, "\n")
	t.partial = all[len(all)-1]
	if len(t.partial) > 4096 { // one endless line is no reason to grow
		t.partial = t.partial[len(t.partial)-4096:]
	}
	t.lines = append(t.lines, all[:len(all)-1]...)
	if over := len(t.lines) - tailLines; over > 0 {
		t.lines = append([]string(nil), t.lines[over:]...)
	}
	return len(p), nil
}

func (t *tail) last() []string {
	if t.partial != "" {
		return append(t.lines, t.partial)
	}
	return t.lines
}

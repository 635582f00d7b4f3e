// Package build realises a graph of actions: what the store lacks is built,
// each action in one sandbox, inputs first, and everything else is reused.
//
// It decides when and where, never what: that is the action's. It fetches
// nothing while a build runs: all sources are on disk, checked, before the
// first sandbox starts.
package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"belljar.build/engine/fetch"
	"belljar.build/engine/jobserver"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
	"belljar.build/sandbox"
)

// Options say how to realise a graph.
type Options struct {
	Store *store.Store
	// Fetch brings the sources of everything that will be built.
	Fetch func(context.Context, []fetch.Request) ([]fetch.Result, error)
	// Jobs is how many processes may run at once, builds and the jobs of
	// their makes together. 0 means the number of CPUs.
	Jobs int
	// KeepGoing builds whatever can be built after a failure.
	KeepGoing bool
	// Repair names the keys of damaged outputs: they are built again, and
	// replaced by what comes out if that is the very same.
	Repair map[string]bool
	// Limits bound each build.
	Limits Limits
	// Observe records what each build names, see [store.Store.Observation].
	// A wanted part that is there and was not observed is built again for it;
	// its output in the store stays as it is.
	Observe bool
	// Inspect looks at the tree of what was built before it is published under
	// the record: what it returns becomes the record's Audit. A *[Refusal] fails the build.
	// Default: nobody looks.
	Inspect func(ctx context.Context, n *plan.Node, dir string, r *store.Record) (json.RawMessage, error)
	Events  Events
}

// Result is what became of one node.
type Result struct {
	Record *store.Record
	Reused bool
	// Took is the wall time of this run, zero when reused.
	Took time.Duration
}

// Realise makes every listed part of the graph exist and returns what is
// known of each node that exists now. What fails is returned as *[Failures],
// after everything that was started has ended.
func Realise(ctx context.Context, g *plan.Graph, o Options) (map[*plan.Node]Result, error) {
	r := newRealiser(g, o)
	if err := r.protect(); err != nil {
		return r.results, err
	}
	wanted := map[*plan.Node]bool{}
	for _, n := range g.Nodes {
		wanted[n] = n.Listed
		if o.Repair != nil {
			wanted[n] = o.Repair[n.Key]
		}
	}
	todo, err := r.missing(wanted)
	if err != nil || len(todo) == 0 {
		return r.results, err
	}
	if err := r.fetch(ctx, r.absent(todo)); err != nil {
		return r.results, err
	}
	closeSupervisor, err := r.startSupervisor()
	if err != nil {
		return r.results, err
	}
	err = r.buildAll(ctx, todo)
	return r.results, errors.Join(err, closeSupervisor())
}

func newRealiser(g *plan.Graph, o Options) *realiser {
	if o.Jobs <= 0 {
		o.Jobs = runtime.NumCPU()
	}
	o.Events = o.Events.filled()
	return &realiser{graph: g, options: o, results: map[*plan.Node]Result{}, pool: jobserver.New(o.Jobs)}
}

// protect keeps everything that this run is about from the garbage collector.
func (r *realiser) protect() error {
	var paths []string
	for _, n := range r.graph.Nodes {
		paths = append(paths, n.Path)
	}
	return r.options.Store.Protect(paths)
}

// missing finds the nodes to build: a wanted one that the store lacks, and
// what its build declares and the store lacks. Inputs of what is there
// already are not asked for, unless it has lost one that it refers to: then it
// counts as one to build, so that whoever needs it waits for its inputs, and
// is reused when its turn comes.
func (r *realiser) missing(wanted map[*plan.Node]bool) ([]*plan.Node, error) {
	incomplete, err := r.lookup()
	if err != nil {
		return nil, err
	}
	var todo []*plan.Node
	for _, n := range slices.Backward(r.graph.Nodes) { // users before what they use
		result, ok := r.results[n]
		if again := wanted[n] && r.again(n); ok && again {
			delete(r.results, n)
		} else if ok && !(wanted[n] && incomplete[n]) {
			if wanted[n] {
				r.options.Store.Used(result.Record)
			}
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
	slices.Reverse(todo)
	return todo, nil
}

// lookup finds what is there of the graph, and what of that refers to what is
// not there, directly or not.
func (r *realiser) lookup() (incomplete map[*plan.Node]bool, err error) {
	incomplete = map[*plan.Node]bool{}
	lost := map[string]bool{} // by path
	records, err := r.records()
	if err != nil {
		return nil, err
	}
	for i, n := range r.graph.Nodes { // users behind what they use
		record := records[i]
		if record == nil {
			lost[n.Path] = true
			continue
		}
		r.results[n] = Result{Record: record, Reused: true}
		if slices.ContainsFunc(record.References, func(path string) bool { return lost[path] }) {
			incomplete[n], lost[n.Path] = true, true
		}
	}
	return incomplete, nil
}

// absent leaves out what is reused when its turn comes.
func (r *realiser) absent(todo []*plan.Node) []*plan.Node {
	return slices.DeleteFunc(slices.Clone(todo), func(n *plan.Node) bool { return r.results[n].Record != nil })
}

// records finds the record of each of the graph's nodes, nil where there is none.
// Most of a run that builds nothing is this: several look at a time.
func (r *realiser) records() ([]*store.Record, error) {
	nodes := r.graph.Nodes
	found := make([]*store.Record, len(nodes))
	var group errgroup.Group
	const share = 32
	for start := 0; start < len(nodes); start += share {
		group.Go(func() error {
			for i := start; i < min(start+share, len(nodes)); i++ {
				record, _, err := r.options.Store.Lookup(nodes[i].Key)
				if err != nil {
					return err
				}
				found[i] = record
			}
			return nil
		})
	}
	return found, group.Wait()
}

// again tells whether n must be built although it is there: to repair it, or for
// the sake of observing it. What imports the toolchain is not observed: it is
// belljar itself.
func (r *realiser) again(n *plan.Node) bool {
	return r.options.Repair[n.Key] || r.options.Observe && n.Listed && n.Action.Toolchain != nil && !r.options.Store.Observed(n.Key)
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

// Package progress follows a run of builds for people: what runs and for how
// long, what is done, what is left and how long that may take. It draws lines
// of text; whoever has a terminal puts them there.
package progress

import (
	"slices"
	"sync"
	"time"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
)

// Board is what is known of a run. Its events may come from any goroutine.
type Board struct {
	now func() time.Time
	log func(*plan.Node) string

	mu      sync.Mutex
	began   time.Time
	items   map[*plan.Node]*item
	order   []*item // as planned
	running []*item // as started
}

// item is one build to come, running, or past.
type item struct {
	node     *plan.Node
	state    state
	phase    string
	began    time.Time
	expected time.Duration // 0: not known
	holder   string        // who else builds it
}

type state int

const (
	stateLeft state = iota
	stateRunning
	stateWaiting
	stateBuilt
	stateFailed
)

// New makes a board. log says where the log of a node's build is.
func New(log func(*plan.Node) string) *Board {
	return &Board{now: time.Now, log: log, items: map[*plan.Node]*item{}}
}

// Events keep the board up to date.
func (b *Board) Events() build.Events {
	return build.Events{
		Planned: b.planned,
		Started: func(n *plan.Node) {
			b.set(n, func(i *item) { i.state, i.began, i.phase = stateRunning, b.now(), "start" })
		},
		Phase:    func(n *plan.Node, phase string) { b.set(n, func(i *item) { i.phase = phase }) },
		Finished: func(n *plan.Node, _ build.Result) { b.set(n, func(i *item) { i.state = stateBuilt }) },
		Failed:   func(f *build.Failure) { b.set(f.Node, func(i *item) { i.state = stateFailed }) },
		Waiting: func(n *plan.Node, holder string) {
			b.set(n, func(i *item) { i.state, i.began, i.holder = stateWaiting, b.now(), holder })
		},
	}
}

func (b *Board) planned(todo []*plan.Node, seconds map[*plan.Node]float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.began = b.now()
	for _, n := range todo {
		i := &item{node: n, expected: time.Duration(seconds[n] * float64(time.Second))}
		b.items[n] = i
		b.order = append(b.order, i)
	}
}

// set changes an item and keeps the list of those that run.
func (b *Board) set(n *plan.Node, change func(*item)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := b.items[n]
	if i == nil {
		return
	}
	change(i)
	active := i.state == stateRunning || i.state == stateWaiting
	switch at := slices.Index(b.running, i); {
	case active && at < 0:
		b.running = append(b.running, i)
	case !active && at >= 0:
		b.running = slices.Delete(b.running, at, at+1)
	}
}

// Running is one build that runs or waits.
type Running struct {
	Name  string
	Phase string
	// Holder is who else builds it: this run waits for him.
	Holder            string
	Elapsed, Expected time.Duration // Expected is 0 when it was never built
	Log               string
}

// Snapshot is a run at one moment.
type Snapshot struct {
	Total, Built, Failed int
	Running              []Running
	Elapsed              time.Duration
	// Left is a guess at what is still to come; negative when there is none.
	Left time.Duration
	// Share of the work that is done, from 0 to 1.
	Share float64
}

// Snapshot is the run now.
func (b *Board) Snapshot() Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	s := Snapshot{Total: len(b.order), Elapsed: now.Sub(b.began)}
	for _, i := range b.order {
		switch i.state {
		case stateBuilt:
			s.Built++
		case stateFailed:
			s.Failed++
		}
	}
	for _, i := range b.running {
		s.Running = append(s.Running, Running{
			Name: i.node.Action.Name, Phase: i.phase, Holder: i.holder,
			Elapsed: now.Sub(i.began), Expected: i.expected, Log: b.log(i.node),
		})
	}
	s.Share, s.Left = b.outlook(now, s.Elapsed)
	return s
}

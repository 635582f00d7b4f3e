package build

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"belljar.build/engine/plan"
)

// schedule says which nodes can be built and which first: the one at the
// head of the longest chain of builds that are still to come.
type schedule struct {
	todo  []*plan.Node // in an order in which inputs come first
	waits map[*plan.Node]int
	users map[*plan.Node][]*plan.Node
	known map[*plan.Node]float64 // the seconds that it took the last time, or 0
	// chain is the guess for a node and the longest chain of users behind it.
	chain map[*plan.Node]float64
}

// Guess is what a build is taken for that nobody has seen yet, in seconds.
const Guess = 10

// newSchedule takes what seconds gives for a guess at a node's build; 0 means
// that nothing is known.
func newSchedule(todo []*plan.Node, seconds func(*plan.Node) float64) *schedule {
	s := &schedule{
		todo: todo, waits: map[*plan.Node]int{}, users: map[*plan.Node][]*plan.Node{},
		known: map[*plan.Node]float64{}, chain: map[*plan.Node]float64{},
	}
	for _, n := range todo {
		s.waits[n] = 0
	}
	for _, n := range todo {
		for _, d := range distinct(n.Depends) {
			if _, building := s.waits[d]; building {
				s.waits[n]++
				s.users[d] = append(s.users[d], n)
			}
		}
	}
	for _, n := range slices.Backward(todo) {
		s.known[n] = seconds(n)
		likely := s.known[n]
		if likely <= 0 {
			likely = Guess
		}
		longest := 0.0
		for _, u := range s.users[n] {
			longest = max(longest, s.chain[u])
		}
		s.chain[n] = likely + longest
	}
	return s
}

func distinct(nodes []*plan.Node) []*plan.Node {
	var all []*plan.Node
	for _, n := range nodes {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// ready lists the nodes that wait for nothing, before any was done.
func (s *schedule) ready() []*plan.Node {
	var all []*plan.Node
	for _, n := range s.todo {
		if s.waits[n] == 0 {
			all = append(all, n)
		}
	}
	return all
}

// finish lists the nodes that n was the last input of.
func (s *schedule) finish(n *plan.Node) []*plan.Node {
	var all []*plan.Node
	for _, u := range s.users[n] {
		if s.waits[u]--; s.waits[u] == 0 {
			all = append(all, u)
		}
	}
	return all
}

// dependants lists everything that needs n, in the order of todo.
func (s *schedule) dependants(n *plan.Node) []*plan.Node {
	needs := map[*plan.Node]bool{n: true}
	var all []*plan.Node
	for _, u := range s.todo { // users come behind what they use
		if u != n && slices.ContainsFunc(u.Depends, func(d *plan.Node) bool { return needs[d] }) {
			needs[u] = true
			all = append(all, u)
		}
	}
	return all
}

// outcome is how one node ended.
type outcome struct {
	node *plan.Node
	err  error
}

// buildAll builds todo, every node as soon as its inputs are there and there
// is a token for it. After a failure nothing more is started, unless the
// options say to keep going; builds that run already go on, for their work is
// good. An error that is no [Failure] is the machine's: it ends everything.
func (r *realiser) buildAll(ctx context.Context, todo []*plan.Node) error {
	s := newSchedule(todo, r.expect)
	r.options.Events.Planned(todo, s.known)
	waiting, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	ended := make(chan outcome)
	running := 0
	start := func(nodes []*plan.Node) {
		slices.SortStableFunc(nodes, func(a, b *plan.Node) int { return cmp.Compare(s.chain[b], s.chain[a]) })
		for _, n := range nodes {
			running++
			t := turn{node: n, priority: s.chain[n], place: r.pool.Ask(s.chain[n]), waiting: waiting, giveUp: giveUp}
			go func() { ended <- outcome{n, r.take(ctx, t)} }()
		}
	}
	var all Failures
	var fatal error
	for start(s.ready()); running > 0; running-- {
		o := <-ended
		failure, isFailure := errors.AsType[*Failure](o.err)
		switch {
		case o.err == nil:
			if context.Cause(waiting) == nil {
				start(s.finish(o.node))
			}
		case errors.Is(o.err, errGivenUp):
		case isFailure:
			all.add(failure, s.dependants(o.node), o.err)
		case fatal == nil:
			fatal = o.err
		}
	}
	return errors.Join(fatal, all.result(todo, r.results))
}

// errGivenUp ends what waits for its turn after a failure.
var errGivenUp = errors.New("given up")

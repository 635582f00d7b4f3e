package build

import "belljar.build/engine/plan"

// Events are called as things happen, from several goroutines. Any may be nil.
type Events struct {
	// Planned comes once, before the first build: the nodes to build and the
	// seconds that each took the last time, 0 when it was never built.
	Planned func(todo []*plan.Node, seconds map[*plan.Node]float64)
	Started func(*plan.Node)
	// Phase is called when a build says which step it is at.
	Phase    func(n *plan.Node, phase string)
	Finished func(*plan.Node, Result)
	Failed   func(*Failure)
	// Waiting is called when another belljar is building the same output.
	Waiting func(n *plan.Node, holder string)
	Warning func(n *plan.Node, text string)
}

// And calls those of e, then those of o.
func (e Events) And(o Events) Events {
	return Events{
		Planned:  after2(e.Planned, o.Planned),
		Started:  after(e.Started, o.Started),
		Phase:    after2(e.Phase, o.Phase),
		Finished: after2(e.Finished, o.Finished),
		Failed:   after(e.Failed, o.Failed),
		Waiting:  after2(e.Waiting, o.Waiting),
		Warning:  after2(e.Warning, o.Warning),
	}
}

// filled has something to call for each, so that nobody need ask.
func (e Events) filled() Events {
	return e.And(Events{
		Planned:  func([]*plan.Node, map[*plan.Node]float64) {},
		Started:  func(*plan.Node) {},
		Phase:    func(*plan.Node, string) {},
		Finished: func(*plan.Node, Result) {},
		Failed:   func(*Failure) {},
		Waiting:  func(*plan.Node, string) {},
		Warning:  func(*plan.Node, string) {},
	})
}

func after[A any](f, g func(A)) func(A) {
	switch {
	case f == nil:
		return g
	case g == nil:
		return f
	}
	return func(a A) { f(a); g(a) }
}

func after2[A, B any](f, g func(A, B)) func(A, B) {
	switch {
	case f == nil:
		return g
	case g == nil:
		return f
	}
	return func(a A, b B) { f(a, b); g(a, b) }
}

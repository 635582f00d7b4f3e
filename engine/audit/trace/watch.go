package trace

import (
	"path"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// event is something that a process did, other than to start a program.
type event struct {
	by    *process
	op    observe.Op
	path  string // clean; an address for observe.Connect
	found bool
	at    place
	input int // of what is at inInput
}

// rule is told of everything in the order in which it took place.
type rule interface {
	// started is told of a program that was started, with all of its arguments.
	started(p *process, argv []string)
	did(e event)
	findings() []audit.Finding
}

// watch follows one build.
type watch struct {
	subject   Subject
	places    places
	processes map[int]*process
	rules     []rule
	inputs    *inputs
	flags     *hostFlags
	tally     Result
}

// maxProcesses bounds the memory that a build can make an audit take: what more
// programs do is told of as done by an unknown one.
const maxProcesses = 1 << 20

func newWatch(s Subject) *watch {
	w := &watch{subject: s, places: newPlaces(s), processes: map[int]*process{0: belljar()}}
	w.inputs, w.flags = newInputs(s), newHostFlags()
	w.rules = []rule{
		newOutside(), newLookups(s), newPrograms(s), newNetwork(), newMachine(),
		w.flags, w.inputs, newListings(),
	}
	return w
}

func (w *watch) record(r observe.Record) error {
	w.tally.Events++
	switch {
	case r.Truncated:
		w.tally.Truncated = true
	case r.Program != "":
		w.start(r)
	default:
		if !r.Found {
			w.tally.Misses++
		}
		w.did(w.process(r.Process), r)
	}
	return nil
}

func (w *watch) start(r observe.Record) {
	w.tally.Programs++
	p := w.enter(r)
	for _, rule := range w.rules {
		rule.started(p, r.Argv)
	}
	w.did(p, observe.Record{Op: observe.Exec, Path: r.Program, Found: true})
}

func (w *watch) enter(r observe.Record) *process {
	if len(w.processes) >= maxProcesses {
		w.tally.Truncated = true
		return unknown()
	}
	p := newProcess(r, w.process(r.Parent))
	at, _ := w.places.of(path.Clean(r.Program))
	p.ofInput = at == inInput
	w.processes[r.Process] = p
	return p
}

func (w *watch) process(number int) *process {
	if p := w.processes[number]; p != nil {
		return p
	}
	return unknown()
}

func (w *watch) did(p *process, r observe.Record) {
	e := event{by: p, op: r.Op, path: r.Path, found: r.Found}
	if r.Op != observe.Connect && r.Op != observe.Ask {
		e.path = path.Clean(r.Path)
		e.at, e.input = w.places.of(e.path)
	}
	if e.op == observe.Open && e.found && (e.path == "/bin/sh" || e.path == "/tc/bin/sh" || e.path == "/tc/bin/bash") {
		p.shell = true // the kernel opened it to interpret the program, if anybody
	}
	for _, rule := range w.rules {
		rule.did(e)
	}
}

func (w *watch) result() *Result {
	r := &w.tally
	for _, rule := range w.rules {
		if rule == w.inputs && r.Truncated {
			w.inputs.believe()
		}
		r.Findings = append(r.Findings, rule.findings()...)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Part, f.Output = w.subject.Part, w.subject.Output
	}
	audit.Sort(r.Findings)
	if !r.Truncated {
		r.Unread = w.inputs.unread()
	}
	r.Levels = w.flags.levels
	return r
}

// below is path beneath folder: "a" of "/x/a" and "/x".
func below(path, folder string) (string, bool) {
	rest, ok := strings.CutPrefix(path, folder)
	if !ok || rest == "" || rest[0] != '/' {
		return "", ok && rest == ""
	}
	return rest[1:], true
}

package observe

import (
	"fmt"
	"hash/maphash"
	"os"

	"belljar.build/seccomp"
)

// Observer records the calls of one sandbox. It is used by one goroutine.
type Observer struct {
	root  *os.File // the sandbox's root
	out   *Writer
	tasks map[int]*task
	crowd int // how many of them call for a look at who is gone
	last  int // number of the youngest program
	seed  maphash.Seed
	told  map[key]struct{} // what was written
	err   error
}

// key stands for a record; a path is hashed, for there are many.
type key struct {
	process int
	op      Op
	found   bool
	path    uint64
}

// New observes the sandbox with this root. The caller closes the Observer, the
// root and what out writes to.
func New(root *os.File, out *Writer) *Observer {
	return &Observer{root: root, out: out, tasks: map[int]*task{}, crowd: 1024, seed: maphash.MakeSeed(), told: map[key]struct{}{}}
}

// Close ends the observation and tells of the first error in it.
func (o *Observer) Close() error {
	if err := o.out.Close(); o.err == nil {
		o.err = err
	}
	return o.err
}

// Answer lets the call go on, and records it once it does: what was read under
// the caller's pid was the caller's own then.
func (o *Observer) Answer(c *seccomp.Call) seccomp.Answer {
	return o.Note(c, seccomp.Answer{Continue: true})
}

// Note records a call that is answered so; it takes the answer's Sent for itself.
func (o *Observer) Note(c *seccomp.Call, a seccomp.Answer) seccomp.Answer {
	decode, ok := decoders[c.Number]
	if !ok {
		return a
	}
	t := o.task(c.PID)
	accesses, err := decode(reader{c, t, o})
	if err != nil || len(accesses) == 0 {
		return a // a bad address: the kernel refuses it too
	}
	// A thread that executes a program takes its leader's number.
	leader := c.PID
	if accesses[0].argv != nil {
		leader, _ = family(c.PID)
	}
	a.Sent = func() {
		for _, access := range accesses {
			o.tell(t, access)
		}
		if l := o.tasks[leader]; l != nil && l != t {
			l.program = t.program
		}
	}
	return a
}

// tell writes an access, unless this program has had it before.
func (o *Observer) tell(t *task, a access) {
	if a.argv != nil {
		o.last++
		o.write(Record{Process: o.last, Parent: t.program, Program: a.path, Argv: a.argv, Found: true})
		t.program = o.last
		return
	}
	r := Record{Process: t.program, Op: a.op, Path: a.path, Found: a.found}
	once := key{r.Process, r.Op, r.Found, maphash.String(o.seed, r.Path)}
	if _, again := o.told[once]; again || len(o.told) == maxRecords {
		o.out.truncated = o.out.truncated || !again
		return
	}
	o.told[once] = struct{}{}
	o.write(r)
}

func (o *Observer) write(r Record) {
	if err := o.out.write(r); err != nil && o.err == nil {
		o.err = fmt.Errorf("write the observation: %w", err)
	}
}

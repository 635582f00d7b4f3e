package build

import (
	"errors"
	"fmt"
	"strings"

	"belljar.build/engine/plan"
)

// ErrFailed is wrapped by every [Failure].
var ErrFailed = errors.New("build failed")

// Failure is a build that did not end well. Nothing of it is in the store.
type Failure struct {
	Node    *plan.Node
	Phase   string // "configure", "make", ...
	Message string
	// Source is the source file at fault, if one is.
	Source string
	// Full says that the disk was full when it failed.
	Full bool
	// Tail are the last lines of the log.
	Tail []string
	Log  string // path of the whole log
	Kept string // path of the kept work folder
	// Blocked are the nodes that were not built because they need this one,
	// directly or not.
	Blocked []*plan.Node
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

// Failures are those of one run, in the order in which they happened.
type Failures struct {
	All []*Failure
	// Left are the nodes that were not built although nothing that failed
	// keeps them from it: the run was over.
	Left []*plan.Node
	// Also is what went wrong while a failure was dealt with.
	Also []error
}

func (f *Failures) Error() string {
	var all []string
	for _, e := range f.All {
		all = append(all, e.Error())
	}
	return strings.Join(all, "; ")
}

// Unwrap gives every failure for itself.
func (f *Failures) Unwrap() []error {
	var all []error
	for _, e := range f.All {
		all = append(all, e)
	}
	return append(all, f.Also...)
}

// add takes a failure and the nodes that need its output. err holds the failure
// and whatever went wrong besides.
func (f *Failures) add(e *Failure, blocked []*plan.Node, err error) {
	e.Blocked = blocked
	f.All = append(f.All, e)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, other := range joined.Unwrap() {
			if !errors.As(other, new(*Failure)) {
				f.Also = append(f.Also, other)
			}
		}
	}
}

// result is nil when nothing failed.
func (f *Failures) result(todo []*plan.Node, done map[*plan.Node]Result) error {
	if len(f.All) == 0 {
		return nil
	}
	failed := map[*plan.Node]bool{}
	for _, e := range f.All {
		failed[e.Node] = true
		for _, b := range e.Blocked {
			failed[b] = true
		}
	}
	for _, n := range todo {
		if _, ok := done[n]; !ok && !failed[n] {
			f.Left = append(f.Left, n)
		}
	}
	return f
}

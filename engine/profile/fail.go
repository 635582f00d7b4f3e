package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fail makes an error at the option being worked on, with the references that
// led there.
func (r *resolver) fail(cause error, msg, hint string) *Error {
	e := &Error{Msg: msg, Hint: hint, Err: cause}
	for _, s := range slices.Backward(r.steps) {
		// What stands in no file is no place to look at, if there is another.
		if at := r.p.where(s.at); at.Line > 0 || e.Position == (Position{}) {
			e.Position = at
		}
		if e.Line > 0 {
			break
		}
	}
	return r.chained(e, slices.Clone(r.steps))
}

// chained gives an error the references that led to it.
func (r *resolver) chained(e *Error, steps []step) *Error {
	e.steps, e.Chain = steps, nil
	if len(steps) > 1 {
		for _, s := range steps {
			e.Chain = append(e.Chain, r.describe(s))
		}
		e.Chain = shorten(e.Chain)
	}
	return e
}

// again is the error that a value gave before, for whoever asks now.
func (r *resolver) again(at ref, err error) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	from := slices.IndexFunc(e.steps, func(s step) bool { return s.ref == at })
	if from < 0 {
		return err
	}
	now := *e
	now.origin = cmp.Or(e.origin, e)
	return r.chained(&now, slices.Concat(r.steps, e.steps[from:]))
}

// sameError says whether two errors have one cause, met on different ways.
func sameError(a, b error) bool {
	x, okX := a.(*Error)
	y, okY := b.(*Error)
	return a == b || okX && okY && cmp.Or(x.origin, x) == cmp.Or(y.origin, y)
}

func (r *resolver) describe(s step) string {
	at := r.p.where(s.at)
	switch {
	case s.section == "":
		return at.String()
	case at == Position{}:
		return s.ref.String()
	}
	return fmt.Sprintf("%s (%s)", s.ref, at)
}

// hanging adds to an error about a condition the references that led there.
func (r *resolver) hanging(err error, at ref, cs []Contribution) error {
	steps := slices.Clone(r.steps)
	if n := len(steps); n == 0 || steps[n-1].ref != at {
		steps = append(steps, step{at, mention{in: cs}})
	}
	return r.chained(err.(*Error), steps)
}

// unknownOption is a reference to an option that a section does not have. If
// the section is a part under way, its recipe may be the one to set it later.
func (r *resolver) unknownOption(to ref) error {
	options, err := r.p.expand(to.section)
	if err != nil {
		return err
	}
	known := slices.Sorted(maps.Keys(options))
	known = slices.AppendSeq(known, maps.Keys(r.set[to.section]))
	msg := fmt.Sprintf("[%s] has no option %q", to.section, to.option)
	if slices.Contains(r.building, to.section) {
		msg += ", and its recipe has not set any yet"
	}
	return r.fail(ErrUnknown, msg, didYouMean(to.option, known))
}

func (r *resolver) circularValue(at ref) error {
	var names []string
	for _, s := range r.steps {
		if s.ref == at {
			names = nil // within another part; the loop is the last
		}
		names = append(names, s.ref.String())
	}
	names = append(names, at.String())
	return r.fail(ErrCircular, "circular reference: "+strings.Join(shorten(names), " -> "), "")
}

func (r *resolver) circularPart(name string) error {
	from := max(0, slices.Index(r.building, name))
	names := append(slices.Clone(r.building[from:]), name)
	return r.fail(ErrCircular, "parts need each other: "+strings.Join(shorten(names), " -> "), "")
}

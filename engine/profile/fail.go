package profile

import (
	"cmp"
	"fmt"
	"maps"
	"math"
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
	if len(steps) < 2 {
		return e
	}
	for i, s := range steps {
		text := "" // what is left out of a long chain is not looked for
		if i < maxChain || len(steps)-i <= maxChain {
			text = r.describe(s)
		}
		e.Chain = append(e.Chain, text)
	}
	e.Chain = shorten(e.Chain)
	return e
}

// again is the error that a value gave before, for whoever asks now.
func (r *resolver) again(at ref, err error) error {
	e, ok := err.(*Error)
	if !ok || len(e.steps) > 2*maxChain {
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

// Cause is an error as it was met first: errors that one mistake gives on different
// ways have the same.
func Cause(err error) error {
	if e, ok := err.(*Error); ok {
		return cmp.Or(e.origin, e)
	}
	return err
}

func (r *resolver) describe(s step) string {
	at := r.p.where(s.at)
	switch {
	case s.section == "":
		return at.String()
	case at == Position{}:
		return s.ref.String()
	}
	return fmt.Sprintf("%s (%s)", cut(s.ref.String()), at)
}

// cut shortens a name that nobody reads to its end.
func cut(name string) string {
	if len(name) > maxShown {
		return name[:maxShown] + "..."
	}
	return name
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
	msg := fmt.Sprintf("[%s] has no option %q", cut(to.section), cut(to.option))
	if slices.Contains(r.building, to.section) {
		msg += ", and its recipe has not set any yet"
	}
	hint := r.p.didYouMean(to.option, known)
	if hint == "" && r.init == nil && options[recipeOption] != nil {
		hint = "its recipe may set it: --resolved shows that"
	}
	return r.fail(ErrUnknown, msg, hint)
}

func (r *resolver) circularValue(at ref) error {
	var names []string
	from := 0
	for i, s := range r.steps {
		if s.ref == at {
			names, from = nil, i // within another part; the loop is the last
		}
		names = append(names, cut(s.ref.String()))
	}
	names = append(names, cut(at.String()))
	e := r.fail(ErrCircular, "circular reference: "+strings.Join(shorten(names), " -> "), "")
	e.loop = &loop{from, math.MaxInt}
	return e
}

func (r *resolver) circularPart(name string) error {
	from := max(0, slices.Index(r.building, name))
	names := append(slices.Clone(r.building[from:]), name)
	e := r.fail(ErrCircular, "parts need each other: "+strings.Join(shorten(names), " -> "), "")
	e.loop = &loop{math.MaxInt, from}
	return e
}

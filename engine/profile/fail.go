package profile

import (
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
	if len(r.steps) > 1 {
		for _, s := range r.steps {
			e.Chain = append(e.Chain, r.describe(s))
		}
		e.Chain = shorten(e.Chain)
	}
	return e
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
func (r *resolver) hanging(err error) error {
	e := err.(*Error)
	for _, s := range r.steps {
		e.Chain = append(e.Chain, r.describe(s))
	}
	e.Chain = shorten(e.Chain)
	return e
}

// unknownOption is a reference to an option that a section does not have. If
// the section is a part under way, its recipe may be the one to set it later.
func (r *resolver) unknownOption(to ref) error {
	options, err := r.p.expand(to.section)
	if err != nil {
		return err
	}
	known := slices.Sorted(maps.Keys(options))
	for set := range r.set {
		if set.section == to.section {
			known = append(known, set.option)
		}
	}
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

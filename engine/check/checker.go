package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/build"
	"belljar.build/engine/vary"
)

// checker is the state of one check.
type checker struct {
	ctx     context.Context
	subject Subject
	build   Build
	options Options
	verdict *Verdict
	known   map[string]*outcome // of controlled builds, by what was varied
	trials  []*outcome          // all that have a tree
	// reference is what controlled builds are compared with; nil before there
	// is one.
	reference *outcome
}

// outcome is what one build came to.
type outcome struct {
	varied   vary.Set
	manifest string // "" when it failed
	failure  string
	trial    *build.Trial // nil once its tree is gone
}

// same tells whether two builds made the same, or both nothing.
func same(a, b *outcome) bool { return a.manifest == b.manifest }

// natural builds with these varied and nothing held still: it may differ each
// time.
func (c *checker) natural(set vary.Set) (*outcome, error) {
	return c.once(vary.Circumstances{Varied: set})
}

// controlled builds with these varied and all else held still, once: what was
// built before is not built again.
func (c *checker) controlled(set vary.Set) (*outcome, error) {
	key := sorted(set).String()
	if known := c.known[key]; known != nil {
		return known, nil
	}
	o, err := c.once(vary.Circumstances{Varied: set, Controlled: true})
	if err == nil {
		c.known[key] = o
	}
	return o, err
}

// sorted brings a set into the order of the descriptions, which is the order
// that people see.
func sorted(set vary.Set) vary.Set {
	all := vary.Set{}
	for _, d := range vary.Descriptions() {
		if set.Has(d.Variation) {
			all = append(all, d.Variation)
		}
	}
	return all
}

// inOrder compares two sets by that order.
func inOrder(a, b vary.Set) int {
	place := func(v vary.Variation) int {
		return slices.IndexFunc(vary.Descriptions(), func(d vary.Description) bool { return d.Variation == v })
	}
	return slices.CompareFunc(a, b, func(x, y vary.Variation) int { return place(x) - place(y) })
}

// once builds and tells of it.
func (c *checker) once(circumstances vary.Circumstances) (*outcome, error) {
	if err := context.Cause(c.ctx); err != nil {
		return nil, err
	}
	circumstances.Varied = sorted(circumstances.Varied)
	step := Step{Number: len(c.verdict.Builds) + 1, What: c.words(circumstances)}
	c.options.Tell(step)
	t, err := c.build(c.ctx, circumstances)
	if err != nil {
		return nil, err
	}
	o := &outcome{varied: circumstances.Varied, manifest: t.Manifest, trial: t}
	if t.Failure != nil {
		o.manifest, o.failure = "", fmt.Sprintf("%s: %s", t.Failure.Phase, t.Failure.Message)
	}
	c.trials = append(c.trials, o)
	c.verdict.Builds = append(c.verdict.Builds, Built{circumstances.Varied, circumstances.Controlled, o.manifest, o.failure, t.Seconds})
	step.Done, step.Result, step.Seconds = true, c.result(circumstances, o), t.Seconds
	c.options.Tell(step)
	return o, nil
}

// words says what a build is for.
func (c *checker) words(now vary.Circumstances) string {
	all, set := sorted(c.options.Variations), now.Varied
	rest := all.Without(set...)
	text := ""
	const few = 3
	switch {
	case len(set) == 0 && now.Controlled && c.known[""] != nil:
		text = "nothing varied, time and chance held still, again"
	case len(set) == 0 && now.Controlled:
		text = "nothing varied, time and chance held still"
	case len(set) == 0:
		return "as every build, nothing varied"
	case slices.Equal(set, all):
		text = "everything varied"
	case len(set) <= few:
		text = "only " + set.String() + " varied"
	case len(rest) <= few && len(all) == len(set)+len(rest):
		text = "all but " + rest.String() + " varied"
	default:
		text = fmt.Sprintf("%d varied: %s", len(set), set)
	}
	if c.known[sorted(set).String()] != nil && now.Controlled && len(set) > 0 {
		text += ", again"
	}
	return text
}

// result says how a build compares: with the control, or, where nothing is held
// still, with the recorded output.
func (c *checker) result(now vary.Circumstances, o *outcome) string {
	usual := c.subject.Manifest
	if now.Controlled && c.reference != nil {
		usual = c.reference.manifest
	}
	switch {
	case o.failure != "":
		return "does not build: " + firstLine(o.failure)
	case now.Controlled && c.reference == nil:
		return "the one to compare with"
	case o.manifest == usual:
		return "equal"
	}
	return "differs"
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// discard removes the tree of a build that no comparison needs any more.
func (c *checker) discard(o *outcome) {
	if o.trial != nil && c.remove(o) == nil {
		c.trials = slices.DeleteFunc(c.trials, func(other *outcome) bool { return other == o })
	}
}

func (c *checker) remove(o *outcome) error {
	if err := o.trial.Discard(); err != nil {
		return fmt.Errorf("remove the tree of a build: %w", err)
	}
	o.trial = nil
	return nil
}

// discardAll removes what is left, and tells what cannot be removed.
func (c *checker) discardAll() (err error) {
	for _, o := range c.trials {
		err = errors.Join(err, c.remove(o))
	}
	c.trials = nil
	return err
}

// noteFailure remembers the first build that failed.
func (c *checker) noteFailure(o *outcome) {
	if c.verdict.Failure == "" {
		c.verdict.Failure = o.failure
	}
}

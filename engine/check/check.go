package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"belljar.build/engine/build"
	"belljar.build/engine/vary"
)

// DefaultRepeat is how often an output is built to find out whether it differs
// by chance.
const DefaultRepeat = 4

// ErrControl says that the output does not build even where nothing is varied,
// so that there is nothing to compare with.
var ErrControl = errors.New("does not build with everything held still")

// Build builds the output once more. An error ends the check; a build that
// fails is a trial with a failure.
type Build func(context.Context, vary.Circumstances) (*build.Trial, error)

// Subject is the output to check.
type Subject struct {
	Part     string // e.g. "zlib"
	Output   string // base name in the store, e.g. "<hash>-zlib-1.3.1"
	Key      string
	Manifest string // the recorded hash
	Dir      string // its tree; "" if there is none to compare files with
}

// Options say how to check.
type Options struct {
	// Variations to try, e.g. [vary.All]. Default: that.
	Variations vary.Set
	// Skipped are those that were wanted and cannot be, with the reason.
	Skipped []Skipped
	// Repeat is how many equal builds look for chance, e.g. 10. Default:
	// [DefaultRepeat].
	Repeat int
	// Keep is a folder for the trees of an output that is not reproducible:
	// "usual" and "varied" are made in it. "" keeps none.
	Keep string
	// Tell is called before and after each build. It may be nil.
	Tell func(Step)
}

// Step is a build of a check, about to begin or done.
type Step struct {
	Number  int     // from 1
	What    string  // e.g. "only time varied"
	Done    bool    // the rest is known
	Result  string  // e.g. "differs"
	Seconds float64 // wall time
}

// Check checks one output. The error is the machine's, ctx's, or wraps
// [ErrControl]; the verdict is then what is known so far.
func Check(ctx context.Context, s Subject, b Build, o Options) (v *Verdict, err error) {
	if o.Variations == nil {
		o.Variations = vary.All()
	}
	if o.Repeat <= 0 {
		o.Repeat = DefaultRepeat
	}
	if o.Tell == nil {
		o.Tell = func(Step) {}
	}
	c := &checker{ctx: ctx, subject: s, build: b, options: o, verdict: newVerdict(s, o), known: map[string]*outcome{}}
	began := time.Now()
	defer func() {
		slices.SortFunc(c.verdict.Culprits, inOrder)
		c.verdict.Seconds = time.Since(began).Seconds()
		err = errors.Join(err, c.discardAll())
	}()
	return c.verdict, c.check()
}

func (c *checker) check() error {
	all, err := c.natural(c.options.Variations)
	if err != nil {
		return err
	}
	if all.manifest != "" && all.manifest == c.subject.Manifest {
		c.verdict.Reproducible = true
		return nil
	}
	c.noteFailure(all)
	c.discard(all)
	usual, err := c.controlled(nil)
	if err != nil {
		return err
	}
	if usual.failure != "" {
		c.verdict.Failure = usual.failure
		return fmt.Errorf("check %s: %w: %s", c.subject.Part, ErrControl, usual.failure)
	}
	c.reference = usual
	again, err := c.once(vary.Circumstances{Controlled: true})
	if err != nil {
		return err
	}
	if !same(usual, again) {
		return c.unsteady(usual, again)
	}
	c.discard(again)
	s := &search{checker: c, usual: usual}
	found, err := s.run(c.options.Variations)
	if err != nil || found {
		return err
	}
	return c.unvaried()
}

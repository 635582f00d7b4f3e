package check

import (
	"fmt"
	"math"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

// unsteady is for an output of which two builds differ although nothing was
// varied and all that can stand still did. If one CPU makes it stand still, it
// is a race, and the search goes on with one CPU.
func (c *checker) unsteady(usual, again *outcome) error {
	if err := c.noteChance(usual, again); err != nil {
		return err
	}
	c.discard(usual)
	c.discard(again)
	c.verdict.Chance = Unknown
	c.verdict.Explanation = "two builds differ although nothing was varied and time and random numbers stood still"
	if !c.possible(vary.CPUs) {
		return nil
	}
	base := vary.Set{vary.CPUs}
	one, err := c.controlled(base)
	if err != nil {
		return err
	}
	c.reference = one
	second, err := c.once(vary.Circumstances{Varied: base, Controlled: true})
	if err != nil || one.failure != "" || !same(one, second) {
		return err
	}
	c.discard(second)
	c.verdict.Chance = Race
	c.verdict.Explanation = "its builds differ from each other, but not with one CPU"
	s := &search{checker: c, base: base, usual: one}
	_, err = s.run(c.options.Variations)
	return err
}

// possible tells whether this machine can vary v.
func (c *checker) possible(v vary.Variation) bool {
	for _, s := range c.verdict.Skipped {
		if s.Variation == v {
			return false
		}
	}
	return true
}

// heldStill is what a controlled build fixes.
func heldStill() vary.Set {
	return vary.Set{vary.Time, vary.Random, vary.Pids, vary.Inodes, vary.Order}
}

// unvaried is for an output that the variations do not change once all else
// stands still: what stood still and was not asked for may be what it depends
// on, or it differs by chance.
func (c *checker) unvaried() error {
	rest := heldStill().Without(c.options.Variations...)
	for _, s := range c.verdict.Skipped {
		rest = rest.Without(s.Variation)
	}
	usual := c.known[""]
	if len(rest) > 0 {
		s := &search{checker: c, usual: usual}
		if found, err := s.run(rest); err != nil || found {
			return err
		}
	}
	c.discard(usual)
	return c.repeat()
}

// repeat builds as every build some times, and looks whether that gives the
// recorded output.
func (c *checker) repeat() error {
	first, other, seen, err := c.sample(nil, c.options.Repeat)
	if err != nil {
		return err
	}
	total := len(seen)
	equal := 0
	for _, m := range seen {
		if m == c.subject.Manifest {
			equal++
		}
	}
	switch {
	case other != nil:
		if err := c.noteChance(first, other); err != nil {
			return err
		}
		c.verdict.Explanation = fmt.Sprintf("%d of %d builds with nothing varied differ from the recorded output", total-equal, total)
		return c.decide(commonest(append(seen, c.subject.Manifest)))
	case equal == total:
		return c.naturally(first)
	}
	c.verdict.Explanation = fmt.Sprintf("not explained: %d builds with nothing varied are equal, but are not the recorded output", total)
	return c.noteRecorded(first)
}

// sample builds n times with nothing held still. first is the first build and
// other one that differs from it, nil if none does; both have their trees.
func (c *checker) sample(set vary.Set, n int) (first, other *outcome, seen []string, err error) {
	for range n {
		o, err := c.natural(set)
		if err != nil {
			return nil, nil, nil, err
		}
		seen = append(seen, o.manifest)
		switch {
		case first == nil:
			first = o
		case other == nil && !same(first, o):
			other = o
		default:
			c.discard(o)
		}
	}
	return first, other, seen, nil
}

// commonest is the share of the most frequent word.
func commonest(all []string) float64 {
	counts, most := map[string]int{}, 0
	for _, w := range all {
		counts[w]++
		most = max(most, counts[w])
	}
	return float64(most) / float64(len(all))
}

// decide tells a race from other chance: with one CPU all builds of a race are
// equal. It builds so often that other chance would have shown with a
// probability of nine in ten, given that its most frequent output has this
// share.
func (c *checker) decide(share float64) error {
	c.verdict.Chance = Chance
	if !c.possible(vary.CPUs) {
		return nil
	}
	n := c.options.Repeat
	if share > 0 && share < 1 {
		n = min(max(n, 1+int(math.Ceil(math.Log(0.1)/math.Log(share)))), 3*n)
	}
	first, err := c.natural(vary.Set{vary.CPUs})
	if err != nil || first.failure != "" {
		return err
	}
	c.discard(first)
	for range n - 1 {
		o, err := c.natural(vary.Set{vary.CPUs})
		if err != nil {
			return err
		}
		c.discard(o)
		if !same(first, o) {
			return nil
		}
	}
	c.verdict.Chance = Race
	c.verdict.Explanation += fmt.Sprintf("; %d with one CPU are equal", n)
	return nil
}

// naturally is for an output that differed once with everything varied, and
// neither when all was held still nor when nothing was varied: if it differs
// again, the search is done with nothing held still.
func (c *checker) naturally(usual *outcome) error {
	all := sorted(c.options.Variations)
	again, err := c.natural(all)
	if err != nil {
		return err
	}
	if same(again, usual) {
		c.verdict.Chance = Chance
		c.verdict.Explanation = fmt.Sprintf("not explained: one build differed, and %d after it did not", len(c.verdict.Builds)-1)
		return nil
	}
	s := &search{checker: c, usual: usual, natural: true, tried: map[string]*outcome{all.String(): again}}
	_, err = s.run(all)
	return err
}

// chance ends a search in which two builds under the same circumstances differ.
// Only if builds with nothing varied differ, too, it may be a race.
func (c *checker) chance(explanation string, a, b *outcome) error {
	c.verdict.Explanation = explanation
	if err := c.noteChance(a, b); err != nil {
		return err
	}
	c.discard(a)
	c.discard(b)
	c.verdict.Chance = Chance
	first, other, seen, err := c.sample(nil, c.options.Repeat)
	if err != nil || other == nil {
		return err
	}
	c.discard(first)
	c.discard(other)
	return c.decide(commonest(append(seen, c.subject.Manifest)))
}

// noteChance takes what differs between two builds for which nothing was
// varied into the verdict.
func (c *checker) noteChance(a, b *outcome) error {
	c.noteFailure(a)
	c.noteFailure(b)
	report, err := c.compare(a, b)
	if err != nil {
		return err
	}
	c.note(nil, report)
	return c.keep(a, b)
}

// noteRecorded takes what differs from the recorded output into the verdict.
func (c *checker) noteRecorded(o *outcome) error {
	if c.subject.Dir == "" || o.trial == nil || o.failure != "" {
		c.noteFailure(o)
		return nil
	}
	report, err := diff.Trees(c.ctx, diff.Tree{Dir: c.subject.Dir, Name: c.subject.Output}, c.tree(o), diff.Options{})
	if err != nil {
		return fmt.Errorf("check %s: %w", c.subject.Part, err)
	}
	c.note(nil, report)
	return c.keepTrees(c.subject.Dir, o.trial.Dir)
}

package check

import (
	"fmt"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

// search looks for the variations that make a difference.
type search struct {
	*checker
	// base are always varied, and usual is the build where nothing else is.
	base  vary.Set
	usual *outcome
	// natural searches with nothing held still.
	natural bool
	tried   map[string]*outcome // of natural builds
}

// run finds every smallest guilty set of all, until the rest makes no
// difference. It tells whether there was any. Random addresses are tried last and
// alone: they are others each time, and so would be all builds with them.
func (s *search) run(all vary.Set) (found bool, err error) {
	rest := sorted(all).Without(s.base...)
	found, steady, err := s.all(rest.Without(vary.ASLR))
	if err != nil || !steady || !rest.Has(vary.ASLR) {
		return found, err
	}
	o, differs, err := s.differs(vary.Set{vary.ASLR})
	if err != nil || !differs {
		return found, err
	}
	_, err = s.accept(vary.Set{vary.ASLR}, o)
	return true, err
}

// all is run for what is the same each time; steady is false when something was
// not.
func (s *search) all(rest vary.Set) (found, steady bool, err error) {
	for {
		varied, differs, err := s.differs(rest)
		if err != nil || !differs {
			return found, true, err
		}
		found = true
		if err := s.keep(s.usual, varied); err != nil {
			return true, false, err
		}
		culprits, steady, err := s.culprits(rest, varied)
		if err != nil || !steady {
			return true, false, err
		}
		for _, c := range culprits {
			rest = rest.Without(c...)
		}
	}
}

// with builds with these varied beside the base.
func (s *search) with(set vary.Set) (*outcome, error) {
	set = sorted(append(whole(s.base), set...))
	if !s.natural {
		return s.controlled(set)
	}
	key := set.String()
	if known := s.tried[key]; known != nil {
		return known, nil
	}
	if len(set) == 0 {
		return s.usual, nil
	}
	o, err := s.once(vary.Circumstances{Varied: set})
	if err == nil {
		if s.tried == nil {
			s.tried = map[string]*outcome{}
		}
		s.tried[key] = o
	}
	return o, err
}

// differs is with for those who ask whether it differs; if not, its tree goes.
func (s *search) differs(set vary.Set) (*outcome, bool, error) {
	o, err := s.with(set)
	if err != nil || same(o, s.usual) {
		if err == nil && o != s.usual {
			s.discard(o)
		}
		return nil, false, err
	}
	return o, true, nil
}

// culprits finds at least one guilty set of rest, which together differ. What
// the differ says of them is tried first. steady is false when a culprit does
// not differ in the same way twice: then it is none.
func (s *search) culprits(rest vary.Set, varied *outcome) (found []vary.Set, steady bool, err error) {
	report, err := s.compare(s.usual, varied)
	if err != nil {
		return nil, false, err
	}
	strong, weak := hints(report)
	for i, v := range append(strong, weak...) {
		if !rest.Has(v) || i >= len(strong) && len(found) > 0 {
			continue
		}
		o, differs, err := s.differs(vary.Set{v})
		if err != nil {
			return found, false, err
		}
		if !differs {
			continue
		}
		if steady, err := s.accept(vary.Set{v}, o); err != nil || !steady {
			return found, false, err
		}
		found = append(found, vary.Set{v})
	}
	if len(found) > 0 {
		s.discard(varied)
		return found, true, nil
	}
	if len(s.verdict.Culprits) > 0 { // what is left after them may be chance
		if steady, err := s.steady(varied); err != nil || !steady {
			return nil, false, err
		}
	}
	set, o, err := s.minimal(hinted(rest, append(strong, weak...)), varied)
	if err != nil {
		return nil, false, err
	}
	steady, err = s.accept(set, o)
	return []vary.Set{set}, steady, err
}

// hinted moves the suspects to the front.
func hinted(all, suspects vary.Set) vary.Set {
	var front vary.Set
	for _, v := range suspects {
		if all.Has(v) {
			front = append(front, v)
		}
	}
	return append(front, all.Without(front...)...)
}

// minimal finds a smallest part of set that differs; o is the build with all of
// it. The last variation of the shortest start of set that differs is needed;
// with it fixed, the same is asked of those before it, until those that are
// fixed differ alone. So each member of a culprit costs a binary search.
func (s *search) minimal(set vary.Set, o *outcome) (vary.Set, *outcome, error) {
	var fixed vary.Set
	for {
		if len(fixed) > 0 {
			alone, differs, err := s.differs(fixed)
			if err != nil {
				return nil, nil, err
			}
			if differs {
				s.replace(&o, alone)
				return s.shrink(fixed, o)
			}
		}
		enough := len(set) // so many of set's first differ together with fixed
		for least := 0; enough-least > 1; {
			middle := (least + enough) / 2
			started, differs, err := s.differs(append(whole(fixed), set[:middle]...))
			if err != nil {
				return nil, nil, err
			}
			if !differs {
				least = middle
				continue
			}
			enough = middle
			s.replace(&o, started)
		}
		fixed, set = append(fixed, set[enough-1]), set[:enough-1]
	}
}

// replace keeps the tree of a smaller set that differs, and of no other.
func (s *search) replace(o **outcome, smaller *outcome) {
	if *o != smaller {
		s.discard(*o)
		*o = smaller
	}
}

// shrink leaves out whatever the set differs without: there is none unless one
// variation undoes what another does.
func (s *search) shrink(set vary.Set, o *outcome) (vary.Set, *outcome, error) {
	for i := 0; len(set) > 1 && i < len(set); i++ {
		smaller, differs, err := s.differs(set.Without(set[i]))
		if err != nil {
			return nil, nil, err
		}
		if differs {
			s.replace(&o, smaller)
			set, i = set.Without(set[i]), -1
		}
	}
	return sorted(set), o, nil
}

// accept takes a culprit into the verdict, with what it changes. One that the
// files do not confirm is built once more: what differs by chance would be
// blamed on it.
func (s *search) accept(culprit vary.Set, o *outcome) (steady bool, err error) {
	defer s.discard(o)
	report, err := s.compare(s.usual, o)
	if err != nil {
		return false, err
	}
	if strong, _ := hints(report); len(culprit) > 1 || !strong.Has(culprit[0]) {
		if steady, err := s.steady(o); err != nil || !steady {
			return false, err
		}
	}
	s.noteFailure(o)
	s.verdict.Culprits = append(s.verdict.Culprits, sorted(culprit))
	s.note(culprit, report)
	return true, s.keep(s.usual, o)
}

// steady builds once more as o was built. If that gives something else, it was
// chance that made the difference, which ends the search.
func (s *search) steady(o *outcome) (bool, error) {
	again, err := s.once(vary.Circumstances{Varied: o.varied, Controlled: !s.natural})
	if err != nil {
		return false, err
	}
	// Random addresses are others each time: it is enough that both differ.
	if !same(o, again) && (!o.varied.Has(vary.ASLR) || same(again, s.usual)) {
		return false, s.chance("two builds under the same circumstances differ", o, again)
	}
	s.discard(again)
	return true, nil
}

// compare is nil when one of the two did not build, or its tree is gone.
func (c *checker) compare(a, b *outcome) (*diff.Report, error) {
	if a.trial == nil || b.trial == nil || a.failure != "" || b.failure != "" {
		return nil, nil
	}
	report, err := diff.Trees(c.ctx, c.tree(a), c.tree(b), diff.Options{})
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", c.subject.Part, err)
	}
	return report, nil
}

func (c *checker) tree(o *outcome) diff.Tree {
	return diff.Tree{Dir: o.trial.Dir, Name: c.subject.Output}
}

package profile

import (
	"maps"
	"slices"
)

// Resolution is all that a profile comes to: its parts, the values of every
// section, and what could not be told.
type Resolution struct {
	// Parts that are listed and those they need, in install order.
	Parts []*Part
	// Failures are why listed parts could not be resolved, one for each cause; when
	// there are a thousand, the rest of the parts was not looked at.
	Failures []error

	r *resolver
}

// ResolveAll resolves the named parts, nil for those that buildout:parts lists,
// and goes on after an error. The one that it returns is about the list itself. An
// [Initialise] for it leaves the location of a part that the profile sets.
func (p *Profile) ResolveAll(parts []string, init Initialise) (*Resolution, error) {
	r := newResolver(p, init)
	if _, has := p.sections[rootSection].options[partsOption]; !has && parts == nil {
		parts = []string{} // a profile for others to extend
	}
	list, parts, err := r.list(parts)
	if err != nil {
		return nil, err
	}
	r.lends = true
	res := &Resolution{r: r}
	seen := map[error]bool{}
	for _, name := range parts {
		if len(res.Failures) == maxErrors {
			break
		}
		err := r.start(list, name)
		if cause := Cause(err); err != nil && !seen[cause] {
			seen[cause] = true
			res.Failures = append(res.Failures, err)
		}
	}
	res.Parts = slices.Clone(r.done)
	markListed(res.Parts, parts)
	return res, nil
}

// Err is why a section's part could not be initialised, nil for one that could and
// for a section that is none.
func (res *Resolution) Err(section string) error { return res.r.failed[section] }

// Resolved is an option with its value, or why it has none.
type Resolved struct {
	Option
	Err error
}

// Options are the options of a section, substituted, with those that its recipe
// sets, sorted by name. Parts that nobody listed are initialised for it.
func (res *Resolution) Options(section string) []Resolved {
	r := res.r
	if r.p.sections[section] == nil {
		return nil
	}
	r.steps = nil
	options, err := r.p.expand(section)
	if err != nil {
		return []Resolved{{Option{Name: macroOption}, err}}
	}
	var own error // why the part could not be initialised
	if isPart, err := r.isPart(section); err != nil {
		own = err
	} else if isPart {
		own = r.require(section)
	}
	names := slices.Collect(maps.Keys(options))
	for option := range r.set[section] {
		if _, ok := options[option]; !ok {
			names = append(names, option)
		}
	}
	slices.Sort(names)
	var all []Resolved
	for _, name := range names {
		if name == dependenciesOption {
			continue
		}
		cs := options[name]
		if len(cs) > 0 && len(counting(cs)) == 0 && hanging(cs) == nil {
			continue
		}
		all = append(all, res.option(ref{section, name}, cs, own))
	}
	return all
}

func (res *Resolution) option(at ref, cs []Contribution, own error) Resolved {
	if text, ok := res.r.set[at.section][at.option]; ok {
		from := append(counting(cs), Contribution{Position: Position{File: Computed}, Op: "=", Text: text})
		return Resolved{Option{at.option, text, from}, nil}
	}
	v, err := res.r.evaluate(at)
	if err != nil && own != nil && Cause(err) == Cause(own) {
		err = own
	}
	return Resolved{Option{at.option, v.text, counting(cs)}, err}
}

package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// requireOption makes sure that a part is initialised before one of its options
// is used. A part that is under way itself, because what it refers to refers
// back to it, lends the options that the profile sets; what its recipe is to set
// would have to exist before it is made, and so would its location, when that is
// not where the profile says.
func (r *resolver) requireOption(to ref) error {
	finished, begun := r.finished[to.section]
	if finished || !begun {
		return r.require(to.section)
	}
	if r.building[len(r.building)-1] == to.section {
		return nil
	}
	options, err := r.p.expand(to.section)
	_, known := options[to.option]
	known = known || to.option == sectionNameOption || to.option == baseLocationOption
	if err == nil && (!known || to.option == locationOption && !r.lends) {
		err = r.circularPart(to.section)
	}
	return err
}

// require makes sure that a part is initialised.
func (r *resolver) require(name string) error {
	if r.init == nil {
		return r.fail(ErrNeedsPart, fmt.Sprintf("the value refers to the part %q, which is not initialised here", name), "")
	}
	if err, ok := r.failed[name]; ok {
		return err
	}
	finished, begun := r.finished[name]
	switch {
	case finished:
		return nil
	case begun:
		return r.circularPart(name)
	}
	err := r.initialise(name)
	if err != nil {
		delete(r.finished, name)
		if inherent(err, 0, len(r.building)) {
			r.failed[name] = settled(err)
		}
	}
	return err
}

// touch does what a first reference to a section does in Buildout: it substitutes
// all options of the section, and so starts the parts that any of them refers to.
// What goes wrong there is nothing to whoever needs another option. It is done for
// the parts that the profile lists; who asks for a part by name gets what it needs.
func (r *resolver) touch(section string) {
	if r.touched[section] || !r.whole {
		return
	}
	r.touched[section] = true
	options, err := r.p.expand(section)
	if err != nil {
		return
	}
	for _, option := range slices.Sorted(maps.Keys(options)) {
		if cs := options[option]; option != dependenciesOption && last(cs).File != BuiltIn && refers(cs) {
			_, _ = r.evaluate(ref{section, option})
		}
	}
	if cs, ok := options[dependenciesOption]; ok && section != rootSection {
		_ = r.dependencies(section, cs, &union{})
	}
}

func refers(cs []Contribution) bool {
	return slices.ContainsFunc(cs, func(c Contribution) bool { return strings.Contains(c.Text, "${") })
}

func (r *resolver) initialise(name string) error {
	r.finished[name] = false
	r.building = append(r.building, name)
	defer func() { r.building = r.building[:len(r.building)-1] }()
	part, err := r.part(name)
	if err != nil {
		return err
	}
	part.resolver = r
	set, err := r.init(part)
	part.resolver = nil
	if err != nil {
		return r.initialiseError(part, err)
	}
	if part.Opaque != nil {
		r.opaque[name] = part.Opaque
	}
	r.set[name] = set
	maps.Copy(part.Options, set)
	r.finished[name] = true
	r.done = append(r.done, part)
	return nil
}

// initialiseError keeps an error that has a place of its own, and gives any
// other the place of the part.
func (r *resolver) initialiseError(part *Part, err error) error {
	var placed *Error
	if errors.As(err, &placed) {
		return err
	}
	return &Error{Position: part.header, Msg: fmt.Sprintf("part %q: %v", part.Name, err), Err: err}
}

// part substitutes all options of a section with a recipe.
func (r *resolver) part(name string) (*Part, error) {
	options, err := r.p.expand(name)
	if err != nil {
		return nil, err
	}
	part := &Part{
		Name:      name,
		Options:   make(map[string]string, len(options)),
		header:    r.p.sections[name].header,
		positions: make(map[string]Position, len(options)),
	}
	var depends union
	for _, option := range slices.Sorted(maps.Keys(options)) {
		if option == dependenciesOption {
			continue
		}
		v, err := r.evaluate(ref{name, option})
		if err != nil {
			return nil, err
		}
		part.Options[option] = v.text
		part.positions[option] = last(options[option])
		depends.add(v.parts...)
	}
	if cs, ok := options[dependenciesOption]; ok {
		if err := r.dependencies(name, cs, &depends); err != nil {
			return nil, err
		}
	}
	part.Recipe = part.Options[recipeOption]
	part.depends = depends.list
	r.settle(part)
	return part, nil
}

// section gives the options of a section that an option of a part under way
// names.
func (r *resolver) section(part *Part, option, name string) ([]Option, error) {
	leave, err := r.enter(ref{part.Name, option}, mentionAt(part.Position(option)))
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, err := r.isPart(name); err != nil { // an unknown section
		return nil, err
	}
	options, err := r.p.expand(name)
	if err != nil {
		return nil, err
	}
	depends := union{}
	depends.add(part.depends...)
	var all []Option
	for _, of := range slices.Sorted(maps.Keys(options)) {
		if of == dependenciesOption {
			continue
		}
		v, err := r.reference(part.Name, ref{name, of})
		if err != nil {
			return nil, err
		}
		depends.add(v.parts...)
		all = append(all, Option{of, v.text, slices.Clone(options[of])})
	}
	part.depends = depends.list
	r.settle(part)
	return all, nil
}

// one gives an option of another section, or of the part itself, that an option
// of a part under way names.
func (r *resolver) one(part *Part, option string, to ref) (string, error) {
	leave, err := r.enter(ref{part.Name, option}, mention{in: part.contributions(option), text: to.String()})
	if err != nil {
		return "", err
	}
	defer leave()
	v, err := r.reference(part.Name, to)
	if err != nil {
		return "", err
	}
	depends := union{}
	depends.add(part.depends...)
	depends.add(v.parts...)
	part.depends = depends.list
	r.settle(part)
	return v.text, nil
}

// settle names what a part depends on, but for the parts that are not initialised
// yet: the one that is being worked on, and those that it was started for. All that
// can have come from them is text of the profile.
func (r *resolver) settle(part *Part) {
	part.Depends = make([]string, 0, len(part.depends))
	for _, id := range part.depends {
		if name := r.names[id]; r.finished[name] {
			part.Depends = append(part.Depends, name)
		}
	}
}

// dependencies initialises the parts after =>. A section there that is no part
// stands for the parts that its options need.
func (r *resolver) dependencies(name string, cs []Contribution, depends *union) error {
	leave, err := r.enter(ref{name, dependenciesOption}, mention{in: cs})
	if err != nil {
		return err
	}
	defer leave()
	v, err := r.substitute(name, fold(cs), cs)
	if err != nil {
		return err
	}
	depends.add(v.parts...)
	for _, needed := range strings.Fields(v.text) {
		r.steps[len(r.steps)-1].at = mention{in: cs, text: needed, word: true}
		if err := r.depend(needed, depends); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) depend(needed string, depends *union) error {
	isPart, err := r.isPart(needed)
	if err != nil {
		return err
	}
	if isPart {
		depends.add(r.id(needed))
		return r.require(needed)
	}
	options, err := r.p.expand(needed)
	if err != nil {
		return err
	}
	for _, option := range slices.Sorted(maps.Keys(options)) {
		v, err := r.evaluate(ref{needed, option})
		if err != nil {
			return err
		}
		depends.add(v.parts...)
	}
	return nil
}

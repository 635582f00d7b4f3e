package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxMacros bounds how deep macros use one another.
const maxMacros = 1000

// expand gives the options of an existing section after its macros: for each
// parent in order its options, a later parent's replacing an earlier one's,
// then the section's own on top of them.
func (p *Profile) expand(name string) (map[string][]Contribution, error) {
	return p.expandWithin(name, nil)
}

func (p *Profile) expandWithin(name string, users []string) (map[string][]Contribution, error) {
	if options, ok := p.expanded[name]; ok {
		return options, nil
	}
	own := p.sections[name].options
	macros, ok := own[macroOption]
	if !ok {
		return own, nil
	}
	users = append(users, name)
	if err := p.checkMacro(name, users, last(macros)); err != nil {
		return nil, err
	}
	options := map[string][]Contribution{}
	for line := range strings.SplitSeq(fold(macros), "\n") {
		parent := strings.TrimSpace(line)
		if parent == "" {
			continue
		}
		if err := p.inherit(options, parent, users, mention{macros, parent}); err != nil {
			return nil, err
		}
	}
	for option, cs := range own {
		options[option] = append(slices.Clip(options[option]), cs...)
	}
	delete(options, macroOption)
	p.expanded[name] = options
	return options, nil
}

// inherit puts the options of a parent over those there are.
func (p *Profile) inherit(options map[string][]Contribution, parent string, users []string, by mention) error {
	if p.sections[parent] == nil {
		e := &Error{Position: p.where(by), Msg: fmt.Sprintf("unknown section [%s] in <=", parent), Hint: didYouMean(parent, p.order), Err: ErrUnknown}
		if strings.ContainsAny(parent, " \t") {
			e.Hint = "write one section a line"
		}
		return e
	}
	if i := slices.Index(users, parent); i >= 0 {
		loop := append(slices.Clone(users[i:]), parent)
		return &Error{Position: p.where(by), Msg: "sections start from each other: " + strings.Join(shorten(loop), " <= "), Err: ErrCircular}
	}
	inherited, err := p.expandWithin(parent, users)
	if err != nil {
		return err
	}
	maps.Copy(options, inherited)
	return nil
}

func (p *Profile) checkMacro(name string, users []string, at Position) error {
	if name == rootSection {
		return &Error{Position: at, Msg: "[buildout] cannot start from another section", Hint: "use extends", Err: ErrSyntax}
	}
	if len(users) > maxMacros {
		return &Error{Position: at, Msg: fmt.Sprintf("more than %d sections start from one another", maxMacros), Err: ErrTooLarge}
	}
	return nil
}

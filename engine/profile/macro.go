package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Bounds on macros.
const (
	maxMacros     = 1000 // how deep they use one another
	maxInherited  = 200_000
	inheritedEach = 20 // options taken over, for each option of the profile
)

// expand gives the options of an existing section after its macros: for each
// parent in order its options, a later parent's replacing an earlier one's,
// then the section's own on top of them.
func (p *Profile) expand(name string) (map[string][]Contribution, error) {
	options, err := p.expandWithin(name, nil)
	if err != nil {
		p.unexpanded[name] = err
	}
	return options, err
}

func (p *Profile) expandWithin(name string, users []string) (map[string][]Contribution, error) {
	if options, ok := p.expanded[name]; ok {
		return options, nil
	}
	if err, ok := p.unexpanded[name]; ok {
		return nil, err
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
		if err := p.inherit(options, parent, users, mention{in: macros, text: parent}); err != nil {
			return nil, err
		}
	}
	for option, cs := range own {
		options[option] = append(slices.Clip(options[option]), waitingLast(cs, p.sections[name].header.File)...)
	}
	delete(options, macroOption)
	p.expanded[name] = options
	return options, nil
}

// waitingLast moves what the section's own file adds and removes, and what waits
// for the macro, behind what later files assign, as Buildout does.
func waitingLast(cs []Contribution, file string) []Contribution {
	waits := func(i int) bool {
		return cs[i].File == file && cs[i].Op != "=" &&
			!slices.ContainsFunc(cs[i:], func(c Contribution) bool { return c.File == file && c.Op == "=" })
	}
	var first, later []Contribution
	assigned := false
	for i, c := range cs {
		if waits(i) {
			later = append(later, c)
		} else {
			first = append(first, c)
			assigned = assigned || c.File != file && c.Op == "="
		}
	}
	if !assigned {
		return cs
	}
	return append(first, later...)
}

// inherit puts the options of a parent over those there are.
func (p *Profile) inherit(options map[string][]Contribution, parent string, users []string, by mention) error {
	if p.sections[parent] == nil {
		e := &Error{Position: p.where(by), Msg: fmt.Sprintf("unknown section [%s] in <=", parent), Hint: p.didYouMean(parent, p.order), Err: ErrUnknown}
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
	if p.inherited += len(inherited); p.inherited > maxInherited+inheritedEach*p.size {
		return &Error{Position: p.where(by), Msg: "sections start from others with too many options, all together", Err: ErrTooLarge}
	}
	maps.Copy(options, inherited)
	return nil
}

// baseLocation is the folder, or the URL, that _profile_base_location_ stands for
// in a section: that of the file which starts the section; but a section that
// never says the name itself, and only has it from a macro, means the macro's.
func (p *Profile) baseLocation(section string) (folder string, says bool) {
	if known, ok := p.locations[section]; ok {
		return known.folder, known.says
	}
	folder, says = p.findLocation(section)
	p.locations[section] = baseLocation{folder, says}
	return folder, says
}

type baseLocation struct {
	folder string
	says   bool
}

func (p *Profile) findLocation(section string) (folder string, says bool) {
	s := p.sections[section]
	for _, cs := range s.options {
		for _, c := range cs {
			if strings.Contains(c.Text, "${:"+baseLocationOption+"}") {
				return s.folder, true
			}
		}
	}
	for parent := range strings.SplitSeq(fold(s.options[macroOption]), "\n") {
		if parent = trimSpace(parent); p.sections[parent] == nil {
			continue
		}
		if inherited, ok := p.baseLocation(parent); ok {
			folder, says = inherited, true // a later one wins
		}
	}
	if !says {
		folder = s.folder
	}
	return folder, says
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

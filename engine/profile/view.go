package profile

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Held is all options of a section exactly as Buildout's parser holds them when
// every file is read: macros not applied, nothing substituted. Additions and
// removals in a section that starts from another one wait for it: their names
// end in + or -. Sorted by name; none if there is no such section.
func (p *Profile) Held(section string) []Option {
	s := p.sections[section]
	if s == nil {
		return nil
	}
	macros, starts := s.options[macroOption]
	first := starts && macros[0].File == s.header.File
	var all []Option
	for _, name := range slices.Sorted(maps.Keys(s.options)) {
		cs := counting(s.options[name])
		switch {
		case len(cs) == 0:
		case first && name != macroOption:
			all = append(all, waiting(name, cs, s.header.File)...)
		default:
			all = append(all, Option{name, fold(cs), cs})
		}
	}
	return all
}

// waiting splits what is said of an option in a section that starts from another
// one: what the section's own file adds and removes behind its last assignment
// is held apart, what later files add and remove is held as the option's value.
// (All of it waits for the other section in the end, see [Profile.Raw].)
func waiting(name string, cs []Contribution, file string) []Option {
	from := 0
	for i, c := range cs {
		if c.File == file && c.Op == "=" {
			from = i + 1
		}
	}
	kept := slices.Clone(cs[:from])
	waits := map[string][]Contribution{}
	for _, c := range cs[from:] {
		if c.File != file || c.Op == "=" {
			kept = append(kept, c)
		} else {
			waits[c.Op] = append(waits[c.Op], c)
		}
	}
	var all []Option
	if len(kept) > 0 {
		all = append(all, Option{name, fold(kept), kept})
	}
	for _, op := range [...]string{"+=", "-="} {
		if group := waits[op]; len(group) > 0 {
			all = append(all, Option{name + " " + op[:1], lines(group), group})
		}
	}
	return all
}

// lines joins what contributions say, whatever they do with it.
func lines(cs []Contribution) string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = c.Text
	}
	return strings.Join(texts, "\n")
}

// Empty says of a section that no option of it counts, because the conditions
// of all its headers hang on the machine.
func (p *Profile) Empty(section string) bool {
	s := p.sections[section]
	if s == nil || len(s.options) == 0 {
		return false
	}
	for _, cs := range s.options {
		if len(counting(cs)) > 0 {
			return false
		}
	}
	return true
}

// Lookup gives an option after macros, before substitution, or an error with the
// nearest name that there is. An option that hangs on the machine is an error.
func (p *Profile) Lookup(section, option string) (Option, error) {
	if p.sections[section] == nil {
		return Option{}, &Error{Position: Position{File: p.root}, Msg: "there is no section [" + section + "]", Hint: p.didYouMean(section, p.order), Err: ErrUnknown}
	}
	r := newResolver(p, nil)
	text, cs, ok, err := r.lookup(ref{section, option})
	if err != nil {
		return Option{}, err
	}
	if !ok {
		err := r.unknownOption(ref{section, option})
		var e *Error
		if at, ok := p.Header(section); ok && errors.As(err, &e) && e.File == "" {
			e.Position = at
		}
		return Option{}, err
	}
	return Option{option, text, counting(cs)}, nil
}

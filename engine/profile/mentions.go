package profile

import "strings"

// Mention is a place where a section refers to another one.
type Mention struct {
	Position        // the line
	Section  string // that refers: "libxslt"
	Option   string // in which it does: "configure-options"
	To       string // the section referred to: "libxml2"
	Text     string // as written: "${libxml2:location}"; after => the name alone
}

// Mentions lists the references in a section's options, after macros, by option
// and in the order of the text; none if there is no such section. A reference to
// the section itself is left out, and what cannot be read refers to nothing.
func (p *Profile) Mentions(section string) ([]Mention, error) {
	options, err := p.Options(section)
	if err != nil {
		return nil, err
	}
	var all []Mention
	for _, o := range options {
		if o.Name == dependenciesOption {
			all = append(all, p.dependencies(section, o)...)
			continue
		}
		pieces, fault := splitTemplate(o.Value)
		if fault != nil {
			continue
		}
		for _, piece := range pieces {
			if to := piece.to.section; to != "" && to != section {
				at := p.where(mention{in: o.From, text: piece.text})
				all = append(all, Mention{at, section, o.Name, to, piece.text})
			}
		}
	}
	return all, nil
}

// dependencies are the names after =>.
func (p *Profile) dependencies(section string, o Option) []Mention {
	var all []Mention
	for _, name := range strings.Fields(o.Value) {
		at := p.where(mention{in: o.From, text: name, word: true})
		all = append(all, Mention{at, section, "=>", name, name})
	}
	return all
}

package annotate

import (
	"strings"

	"belljar.build/engine/profile"
)

// Document is a profile laid open.
type Document struct {
	Sections []Section
	// Parts are the listed parts; in a resolved document with those that they
	// need, in install order.
	Parts []string
}

// Section is a section of the profile.
type Section struct {
	Name    string
	Options []Option
}

// Option is one option of a section.
type Option struct {
	profile.Option
	// Err is why the option has no value.
	Err error
}

// Raw lays a profile open as Buildout's parser holds it: macros not applied,
// nothing substituted. The sections are in the order in which the files have
// them; without names all are shown.
func Raw(p *profile.Profile, names []string) *Document {
	d := &Document{Parts: rawParts(p)}
	for _, name := range chosen(p, names) {
		s := Section{Name: name}
		for _, o := range p.Held(name) {
			s.Options = append(s.Options, Option{Option: o})
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// Resolved lays open what a profile comes to.
func Resolved(p *profile.Profile, res *profile.Resolution, names []string) *Document {
	d := &Document{Parts: []string{}}
	for _, part := range res.Parts {
		d.Parts = append(d.Parts, part.Name)
	}
	for _, name := range chosen(p, names) {
		s := Section{Name: name}
		for _, o := range res.Options(name) {
			s.Options = append(s.Options, Option(o))
		}
		d.Sections = append(d.Sections, s)
	}
	return d
}

// chosen are the sections to show, without those of which nothing counts.
func chosen(p *profile.Profile, names []string) []string {
	if len(names) == 0 {
		names = p.Sections()
	}
	var all []string
	for _, name := range names {
		if !p.Empty(name) {
			all = append(all, name)
		}
	}
	return all
}

// rawParts is the list of parts; as it is written when a part would have to be
// resolved to know it.
func rawParts(p *profile.Profile) []string {
	text, _, err := p.Value("buildout", "parts")
	if err != nil {
		o, _, _ := p.Raw("buildout", "parts")
		text = o.Value
	}
	return strings.Fields(text)
}

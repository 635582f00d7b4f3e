package annotate

import (
	"errors"
	"slices"
	"strings"

	"belljar.build/engine/profile"
)

// Document is a profile laid open, section by section as it is written: a large
// one never stands in memory as a whole.
type Document struct {
	// Sections are the names of the sections to show, sorted.
	Sections []string
	// Options gives those of a section, sorted by name.
	Options func(section string) []Option
	// Parts are the listed parts; in a resolved document with those that they
	// need, in install order.
	Parts []string

	all   bool           // no section was named
	shown map[error]bool // causes of the errors that were written
}

// Option is one option of a section.
type Option struct {
	profile.Option
	// Err is why the option has no value.
	Err error
}

// Raw lays a profile open as Buildout's parser holds it: macros not applied,
// nothing substituted. Without names all sections are shown.
func Raw(p *profile.Profile, names []string) *Document {
	return &Document{
		Sections: chosen(p, names), Parts: rawParts(p),
		Options: func(section string) []Option {
			var all []Option
			for _, o := range p.Held(section) {
				all = append(all, Option{Option: o})
			}
			return all
		},
	}
}

// Resolved lays open what a profile comes to.
func Resolved(p *profile.Profile, res *profile.Resolution, names []string) *Document {
	parts := make([]string, len(res.Parts))
	for i, part := range res.Parts {
		parts[i] = part.Name
	}
	d := &Document{Sections: chosen(p, names), Parts: parts, all: len(names) == 0, shown: map[error]bool{}}
	d.Options = func(section string) []Option {
		var all []Option
		for _, o := range res.Options(section) {
			d.shown[profile.Cause(o.Err)] = true
			all = append(all, Option(o))
		}
		return all
	}
	return d
}

// Failures are those of the resolution that whoever asked for the document is to be
// told, when it is written: every mistake; but of what cannot be told of sections
// that were not asked for, nothing.
func (d *Document) Failures(res *profile.Resolution) []error {
	var told []error
	for _, err := range res.Failures {
		untold := errors.Is(err, profile.ErrOpaque) || errors.Is(err, profile.ErrMachine)
		if d.all || !untold || d.shown[profile.Cause(err)] {
			told = append(told, err)
		}
	}
	return told
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
	slices.Sort(all)
	return slices.Compact(all)
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

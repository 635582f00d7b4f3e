package why

import (
	"slices"
	"strings"

	"belljar.build/engine/graph"
	"belljar.build/engine/profile"
)

// Place is where a section of the profile refers to another one.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Section string `json:"section"` // "libxslt"
	Option  string `json:"option"`  // "configure-options"
	Text    string `json:"text"`    // "${libxml2:location}"
}

// environmentSection is the option by which a part takes over a whole section.
const environmentSection = "environment-section"

// maxSections bounds the look for a declaration.
const maxSections = 1000

// declared is how the profile gets from one part to the other: directly, or
// over sections that are no parts. The shortest way is told.
func declared(p *profile.Profile, e edge) []Place {
	if p == nil || e.from.Kind(e.to)&graph.Input == 0 {
		return []Place{}
	}
	for _, part := range e.from.Parts {
		if places := declaredBy(p, part, e.to.Parts); places != nil {
			return places
		}
	}
	return []Place{}
}

func declaredBy(p *profile.Profile, part string, wanted []string) []Place {
	type visit struct {
		section string
		places  []Place
	}
	seen := map[string]bool{part: true}
	for todo := []visit{{section: part}}; len(todo) > 0 && len(seen) < maxSections; todo = todo[1:] {
		for _, m := range mentions(p, todo[0].section) {
			places := append(slices.Clip(todo[0].places), Place{m.File, m.Line, m.Section, m.Option, m.Text})
			if slices.Contains(wanted, m.To) {
				return places
			}
			if isPart, _, _ := p.Raw(m.To, "recipe"); !seen[m.To] && isPart.Value == "" {
				seen[m.To] = true
				todo = append(todo, visit{m.To, places})
			}
		}
	}
	return nil
}

// mentions are a section's references. One that cannot be read has none: the
// plan has succeeded without it.
func mentions(p *profile.Profile, section string) []profile.Mention {
	all, err := p.Mentions(section)
	if err != nil {
		return nil
	}
	if o, ok, err := p.Raw(section, environmentSection); ok && err == nil {
		name := strings.TrimSpace(o.Value)
		all = append(all, profile.Mention{Position: o.Position(), Section: section, Option: o.Name, To: name, Text: name})
	}
	return all
}

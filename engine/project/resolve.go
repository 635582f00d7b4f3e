package project

import (
	"strings"

	"belljar.build/engine/profile"
	"belljar.build/engine/recipe"
)

// ResolveAll resolves parts, nil meaning those that the profile lists, without
// planning them: a part's location is its place in the project's parts folder.
// No source is asked for.
func (p *Project) ResolveAll(parts []string) (*profile.Resolution, error) {
	folder, err := p.Option("parts-directory")
	if err != nil {
		return nil, err
	}
	return p.Profile.ResolveAll(parts, func(part *profile.Part) (map[string]string, error) {
		location := strings.TrimSpace(part.Options["location"])
		if location == "" {
			location = folder + "/" + part.Name
		}
		return recipe.Publish(part, location)
	})
}

// Query gives one option: raw, but for the section's macros, or substituted.
func (p *Project) Query(section, option string, resolved bool) (profile.Option, error) {
	o, err := p.Profile.Lookup(section, option)
	if err != nil || !resolved {
		return o, err
	}
	res, err := p.ResolveAll([]string{})
	if err != nil {
		return o, err
	}
	for _, r := range res.Options(section) {
		if r.Name == option {
			return r.Option, r.Err
		}
	}
	return o, err
}

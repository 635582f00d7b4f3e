package project

import (
	"strings"

	"belljar.build/engine/action"
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
		if location == "" || strings.Contains(location, action.Location) {
			location = folder + "/" + part.Name
		}
		return recipe.Publish(part, location)
	})
}

// Query gives one option: raw, but for the section's macros, or substituted.
func (p *Project) Query(section, option string, resolved bool) (profile.Option, error) {
	if !resolved {
		return p.Profile.Lookup(section, option)
	}
	res, err := p.ResolveAll([]string{})
	if err != nil {
		return profile.Option{}, err
	}
	for _, r := range res.Options(section) {
		if r.Name == option {
			return r.Option, r.Err
		}
	}
	if err := res.Err(section); err != nil {
		return profile.Option{}, err
	}
	return p.Profile.Lookup(section, option)
}

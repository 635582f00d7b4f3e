package recipe

import (
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
)

// Publish gives the options that a part's recipe sets for others to read, for a
// part at a location. It makes no action and needs no source.
func Publish(p *profile.Part, location string) (map[string]string, error) {
	set := map[string]string{"location": location}
	for name, value := range p.Options {
		if strings.Contains(value, action.Location) {
			set[name] = strings.ReplaceAll(value, action.Location, location)
		}
	}
	return set, nil
}

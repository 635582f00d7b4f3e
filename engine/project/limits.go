package project

import (
	"strings"

	"belljar.build/engine/build"
	"belljar.build/engine/profile"
)

// Limits are what one build may take: the profile's [buildout] limits, each
// replaced by a word of the command line that names it too.
func (p *Project) Limits(words []string) (build.Limits, error) {
	text, err := p.Option("limits")
	if err != nil {
		return build.Limits{}, err
	}
	own := strings.Fields(text)
	if _, err := build.ParseLimits(own...); err != nil {
		return build.Limits{}, &profile.Error{
			Position: p.position("limits"), Msg: "limits: " + err.Error(),
			Hint: "for example: limits = time=2h memory=8G",
		}
	}
	return build.ParseLimits(append(own, words...)...)
}

package recipe

import (
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
	"belljar.build/engine/step"
)

// command is plone.recipe.command, sealed: the command runs in the sandbox,
// sees the parts that it names, and what it leaves at its location is the
// part's output. stop-on-error is always true: a failed build has no output.
func command(p *profile.Part, c Context) (*Draft, error) {
	text := p.Options["command"]
	if strings.TrimSpace(text) == "" {
		return nil, optionError(p, "recipe", "add command = ...", "no command is given")
	}
	if loc := p.Options["location"]; loc != "" && loc != action.Location {
		return nil, optionError(p, "location", "leave location out and write to "+action.Location,
			"location %q is outside the store", loc)
	}
	own, err := lineVariables(p)
	if err != nil {
		return nil, err
	}
	outputs, err := inputs(p, c)
	if err != nil {
		return nil, err
	}
	version := strings.TrimSpace(p.Options["version"])
	name, err := outputName(p, version)
	if err != nil {
		return nil, err
	}
	a := newAction(name, c, outputs)
	if err := apply(a.Env, p, own); err != nil {
		return nil, err
	}
	a.Steps = []action.Step{
		{Run: &action.Run{Phase: "command", Script: text}},
		{Fixup: &action.Fixup{Rules: step.FixupRules}},
	}
	known := []string{"recipe", "command", "update-command", "location", "stop-on-error", "environment", "version"}
	return &Draft{Action: a, Version: version, Programs: true, Warnings: misspelt(p, known)}, nil
}

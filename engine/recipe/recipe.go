// Package recipe turns a part of a profile into an action: pure data, without
// I/O on the build's behalf. Each recipe stands in a file of its own, written
// after the public documentation and behaviour of the Python recipe whose
// name it bears.
package recipe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
	"belljar.build/rootfs/toolchain"
)

// Context is what a recipe may know besides its part.
type Context struct {
	Release   *toolchain.Release
	Toolchain action.Toolchain
	// Input finds the output of a part that is already planned.
	Input func(part string) (Output, bool)
	// Digest gives the SHA-256 of a source, from the profile or the lock.
	Digest func(fetch.Request) string
}

// Output is what a planned part offers to those that declare it.
type Output struct {
	action.Input
	// Location is its logical path.
	Location string
	// Exports are variables that its users need in their environment.
	Exports map[string]string
}

// Draft is a part made ready to build.
type Draft struct {
	Action  *action.Action
	Sources []fetch.Request
	// Version is the software's, "" when unknown.
	Version string
	// Programs asks for links in the project's bin folder.
	Programs bool
	Exports  map[string]string
	Warnings []string
}

// maker turns one part into a draft.
type maker func(*profile.Part, Context) (*Draft, error)

// makers lists every recipe by name; a name without entry point means
// "default".
func makers() map[string]maker {
	return map[string]maker{
		"slapos.recipe.cmmi":    cmmi,
		"hexagonit.recipe.cmmi": cmmi,
		"plone.recipe.command":  command,
		"belljar:gcc-libs":      toolchainPart("gcc-libs"),
		"belljar:perl":          toolchainPart("perl"),
	}
}

// Names lists the known recipes, sorted.
func Names() []string { return slices.Sorted(maps.Keys(makers())) }

// Make plans one part.
func Make(p *profile.Part, c Context) (*Draft, error) {
	// Whatever the recipe makes of it, the name will stand in paths.
	if _, err := outputName(p, ""); err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(strings.TrimSpace(p.Recipe), ":default")
	if maker, ok := makers()[name]; ok {
		return maker(p, c)
	}
	if ofOthers(name) {
		return nil, &profile.Error{
			Position: p.Position("recipe"), Hint: "the recipes that belljar runs are: " + strings.Join(Names(), ", "),
			Msg: fmt.Sprintf("part %s: belljar does not run the recipe %q yet", p.Name, name),
		}
	}
	hint := "the recipes that belljar knows are: " + strings.Join(Names(), ", ")
	if near := profile.Nearest(name, Names()); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, &profile.Error{
		Position: p.Position("recipe"), Hint: hint,
		Msg: fmt.Sprintf("part %s: unknown recipe %q", p.Name, p.Recipe),
	}
}

// ofOthers says of a recipe that it exists, though not here.
func ofOthers(name string) bool {
	egg, _, _ := strings.Cut(name, ":")
	return slices.Contains([]string{
		"slapos.recipe.build", "slapos.recipe.template", "slapos.cookbook", "zc.recipe.egg", "z3c.recipe.scripts", "zc.recipe.cmmi",
		"collective.recipe.template", "rubygemsrecipe", "zc.recipe.testrunner",
	}, egg)
}

// optionError blames an option of a part.
func optionError(p *profile.Part, option, hint, format string, args ...any) error {
	return &profile.Error{
		Position: p.Position(option), Hint: hint,
		Msg: fmt.Sprintf("part %s: ", p.Name) + fmt.Sprintf(format, args...),
	}
}

// inputs resolves the declared parts, in the order of their first use.
func inputs(p *profile.Part, c Context) ([]Output, error) {
	var all []Output
	for _, name := range p.Depends {
		o, ok := c.Input(name)
		if !ok {
			return nil, fmt.Errorf("part %s: its dependency %s is not planned", p.Name, name)
		}
		all = append(all, o)
	}
	return all, nil
}

// newAction starts the action of a part that builds with the toolchain.
func newAction(name string, c Context, outputs []Output) *action.Action {
	a := &action.Action{
		Format: action.Format, Name: name, System: action.Linux,
		Toolchain: &c.Toolchain, Inputs: []action.Input{}, Sources: []action.Source{},
		Env: baseEnvironment(name, outputs),
	}
	for _, o := range outputs {
		a.Inputs = append(a.Inputs, o.Input)
	}
	return a
}

// lines splits an option into its non-empty lines.
func lines(text string) []string {
	var all []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}

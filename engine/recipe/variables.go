package recipe

import (
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/profile"
)

// variable is one that the part sets for its build.
type variable struct {
	name, text string
	option     string           // that sets it
	at         profile.Position // where
}

// variables are those of the part's own: the options of the section that
// environment-section names, by name, then the lines of environment. A later
// one takes the place of an earlier one of the same name. Parts that the
// section's values come from join the part's dependencies.
func variables(p *profile.Part) ([]variable, error) {
	all, err := sectionVariables(p)
	if err != nil {
		return nil, err
	}
	own, err := lineVariables(p)
	if err != nil {
		return nil, err
	}
	for _, v := range own {
		all = append(slices.DeleteFunc(all, func(o variable) bool { return o.name == v.name }), v)
	}
	return all, nil
}

const sectionOption = "environment-section"

func sectionVariables(p *profile.Part) ([]variable, error) {
	section := strings.TrimSpace(p.Options[sectionOption])
	if section == "" {
		return nil, nil
	}
	options, err := p.Section(sectionOption, section)
	if err != nil {
		return nil, err
	}
	var all []variable
	for _, o := range options {
		all = append(all, variable{o.Name, strings.TrimSpace(o.Value), sectionOption, o.Position()})
	}
	return all, nil
}

const linesOption = "environment"

func lineVariables(p *profile.Part) ([]variable, error) {
	var all []variable
	for _, line := range lines(p.Options[linesOption]) {
		name, text, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " \t") {
			return nil, optionError(p, linesOption, "write one NAME=VALUE a line", "%s: %q is no variable", linesOption, line)
		}
		all = append(all, variable{name, strings.TrimSpace(text), linesOption, p.Position(linesOption)})
	}
	return all, nil
}

// apply sets the variables, each %-expanded over the build's environment and
// what stands before it.
func apply(env map[string]string, p *profile.Part, all []variable) error {
	for _, v := range all {
		expanded, err := expandPercent(v.text, env)
		if err != nil {
			return &profile.Error{
				Position: v.at, Hint: percentHint,
				Msg: fmt.Sprintf("part %s: %s: variable %s: %v", p.Name, v.option, v.name, err),
			}
		}
		env[v.name] = expanded
	}
	return nil
}

const percentHint = "a literal % is written %%"

// expandPercent is Python's "text % mapping" for strings: %(name)s and %%.
func expandPercent(text string, values map[string]string) (string, error) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		if rest, ok := strings.CutPrefix(after, "%"); ok {
			out.WriteByte('%')
			text = rest
			continue
		}
		inner, ok := strings.CutPrefix(after, "(")
		if !ok {
			return "", fmt.Errorf("%q stands after a lone %%", firstRunes(after, 12))
		}
		name, rest, closed := strings.Cut(inner, ")")
		if rest, ok = strings.CutPrefix(rest, "s"); !closed || !ok {
			return "", fmt.Errorf("%q is no %%(name)s", "%("+firstRunes(inner, 12))
		}
		value, known := values[name]
		if !known {
			return "", fmt.Errorf("%%(%s)s names nothing", name)
		}
		out.WriteString(value)
		text = rest
	}
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

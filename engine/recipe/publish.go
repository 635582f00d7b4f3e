package recipe

import (
	"path"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
)

// Publish gives the options that a part's recipe sets for others to read, for a
// part at a location. It makes no action and needs no source. A recipe that sets
// options by running Python makes the part opaque (see [profile.Part.Opaque]).
func Publish(p *profile.Part, location string) (map[string]string, error) {
	set := map[string]string{"location": location}
	for name, value := range p.Options {
		if strings.Contains(value, action.Location) {
			set[name] = strings.ReplaceAll(value, action.Location, location)
		}
	}
	if err := refer(p); err != nil {
		return nil, err
	}
	switch recipeName(p) {
	case "slapos.recipe.cmmi", "hexagonit.recipe.cmmi":
		if p.Options["prefix"] == "" {
			set["prefix"] = location
		}
	case "slapos.recipe.build:download":
		if p.Options["target"] == "" {
			set["target"] = location + "/" + downloadName(p)
		}
	case "slapos.recipe.build":
		if script := p.Options["init"]; strings.TrimSpace(script) != "" {
			p.Opaque = func(option string) string { return setByScript(p, option, script) }
			if p.Opaque("location") != "" {
				delete(set, "location")
			}
		}
	}
	return set, nil
}

// refer follows the references that a part's recipe finds in other ways than
// ${section:option}: parts that they lead to are needed.
func refer(p *profile.Part) error {
	switch recipeName(p) {
	case "slapos.recipe.cmmi", "hexagonit.recipe.cmmi":
		_, err := sectionVariables(p)
		return err
	case "zc.recipe.egg:custom":
		if section := strings.TrimSpace(p.Options["environment"]); section != "" {
			_, err := p.Section("environment", section)
			return err
		}
	case "slapos.recipe.template:jinja2":
		for _, line := range lines(p.Options["context"]) {
			if err := referLine(p, strings.Fields(line)); err != nil {
				return err
			}
		}
	}
	return nil
}

// referLine is a line of a Jinja2 template's context: "key NAME SECTION:OPTION"
// or "section NAME SECTION".
func referLine(p *profile.Part, words []string) error {
	if len(words) != 3 {
		return nil
	}
	var err error
	switch section, option, ok := strings.Cut(words[2], ":"); {
	case ok && (words[0] == "key" || words[0] == "jsonkey"):
		_, err = p.Refer("context", section, option)
	case words[0] == "section" && words[2] != p.Name:
		_, err = p.Section("context", words[2])
	}
	return err
}

// recipeName is the recipe's, with its entry point unless that is the default.
func recipeName(p *profile.Part) string {
	return strings.TrimSuffix(strings.TrimSpace(p.Recipe), ":default")
}

// downloadName is the file name that slapos.recipe.build:download gives a file.
func downloadName(p *profile.Part) string {
	if name := strings.TrimSpace(p.Options["filename"]); name != "" {
		return name
	}
	url, _, _ := strings.Cut(strings.TrimSpace(p.Options["url"]), "#")
	url, _, _ = strings.Cut(url, "?")
	return path.Base(url)
}

// setByScript says of an option whether a part's init script may set it: one that
// the profile does not set, or whose name the script writes as a string.
func setByScript(p *profile.Part, option, script string) string {
	_, inProfile := p.Options[option]
	mentioned := strings.Contains(script, "'"+option+"'") || strings.Contains(script, `"`+option+`"`)
	if option == "recipe" || !mentioned && (inProfile || option == "location") {
		return ""
	}
	return "the init script of [" + p.Name + "] is Python, which belljar does not run yet"
}

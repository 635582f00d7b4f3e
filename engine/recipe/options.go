package recipe

import (
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/profile"
	"belljar.build/rootfs"
)

const storePrefix = rootfs.Logical + "/"

func option(p *profile.Part, name, fallback string) string {
	if v := strings.TrimSpace(p.Options[name]); v != "" {
		return v
	}
	return fallback
}

// refuse says of options that hold Python that belljar does not run them.
func refuse(p *profile.Part, names ...string) error {
	for _, name := range names {
		if strings.TrimSpace(p.Options[name]) != "" {
			return optionError(p, name, "write the same as shell commands in pre-configure, pre-build or post-install",
				"%s is a Python hook, which belljar does not run", name)
		}
	}
	return nil
}

// misspelt warns of options that nothing reads and that are one or two
// letters from one that is read. Other unknown options are the profile's own
// variables, as everywhere in Buildout.
func misspelt(p *profile.Part, known []string) []string {
	var warnings []string
	for name := range p.Options {
		if slices.Contains(known, name) || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "<") {
			continue
		}
		if near := profile.Nearest(name, known); near != "" {
			warnings = append(warnings, fmt.Sprintf("%s: part %s: option %q does nothing here: did you mean %q?",
				p.Position(name), p.Name, name, near))
		}
	}
	slices.Sort(warnings)
	return warnings
}

// given is an option that may be empty on purpose: the fallback is for a
// profile that does not write it.
func given(p *profile.Part, name, fallback string) string {
	if v, ok := p.Options[name]; ok {
		return strings.TrimSpace(v)
	}
	return fallback
}

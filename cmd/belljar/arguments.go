package main

import (
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/profile"
)

// split tells Buildout's option settings from names of parts.
func split(args []string) (parts []string, overrides []profile.Override, err error) {
	for _, a := range args {
		o, ok, err := profile.ParseOverride(a)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%w: %w", errUsage, err)
		case ok:
			overrides = append(overrides, o)
		default:
			parts = append(parts, a)
		}
	}
	return parts, overrides, nil
}

// buildoutArgs moves option settings, which Buildout's users write before the
// command too, right behind it: cobra takes the first word for the command.
func buildoutArgs(args []string) []string {
	args = expandSettings(args)
	var flags, settings []string
	for i, a := range args {
		switch {
		case a == "--":
			return slices.Concat(flags, settings, args[i:])
		case strings.HasPrefix(a, "-") || i > 0 && takesValue(args[i-1]):
			flags = append(flags, a)
		case strings.Contains(a, "="):
			settings = append(settings, a)
		default: // the command, or a part
			return slices.Concat(flags, args[i:i+1], settings, args[i+1:])
		}
	}
	return append(flags, settings...)
}

// takesValue says of a flag that the next argument is its value. Short flags
// may be clustered: -vc FILE, -oj 2; a value may follow at once: -j2.
func takesValue(flag string) bool {
	if name, ok := strings.CutPrefix(flag, "--"); ok {
		return slices.Contains([]string{"config", "store", "jobs", "limit", "older-than", "keep-last", "max-size", "vary", "no-vary", "repeat", "keep", "against", "sarif", "html", "baseline", "write-baseline", "fail-on"}, name)
	}
	at := strings.IndexAny(flag, "cj")
	return strings.HasPrefix(flag, "-") && at == len(flag)-1 && at > 0
}

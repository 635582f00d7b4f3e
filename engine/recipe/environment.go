package recipe

import (
	"fmt"
	"strconv"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/profile"
)

// baseEnvironment is what every build is given: the same on every machine,
// and what autoconf, gcc and pkg-config need to find the declared parts and
// nothing else. Search paths that would be empty are left out: an empty entry
// means the current folder to gcc.
func baseEnvironment(name string, declared []Output) map[string]string {
	env := map[string]string{
		"HOME":              "/build",
		"TMPDIR":            "/tmp",
		"SHELL":             "/bin/sh",
		"CONFIG_SHELL":      "/bin/sh",
		"TZ":                "UTC",
		"LC_ALL":            "C.UTF-8",
		"LANG":              "C.UTF-8",
		"TERM":              "dumb",
		"SOURCE_DATE_EPOCH": strconv.Itoa(action.Epoch),
		// Nothing of these two paths may show in an output.
		"BELLJAR_PREFIX_MAP": "/build=/usr/src/" + name + " /tc=/usr",
		"PATH":               searchPath(declared, "/tc/bin", "bin"),
		// The own lib folder too: programs find their own libraries.
		"BELLJAR_RPATH": searchPath(declared, action.Location+"/lib", "lib"),
	}
	if len(declared) > 0 {
		env["CPATH"] = searchPath(declared, "", "include")
		env["LIBRARY_PATH"] = searchPath(declared, "", "lib")
		env["PKG_CONFIG_LIBDIR"] = searchPath(declared, "", "lib/pkgconfig", "share/pkgconfig")
	} else {
		env["PKG_CONFIG_LIBDIR"] = "/nonexistent"
	}
	for _, o := range declared {
		for k, v := range o.Exports {
			env[k] = v
		}
	}
	return env
}

// searchPath joins subfolders of the declared outputs, and last when it is
// not empty.
func searchPath(declared []Output, last string, subs ...string) string {
	var dirs []string
	for _, o := range declared {
		for _, sub := range subs {
			dirs = append(dirs, o.Location+"/"+sub)
		}
	}
	if last != "" {
		dirs = append(dirs, last)
	}
	return strings.Join(dirs, ":")
}

// applyEnvironment adds the part's own variables, NAME=VALUE lines, each
// value %-expanded over what stands before it.
func applyEnvironment(env map[string]string, p *profile.Part, option string) error {
	for _, line := range lines(p.Options[option]) {
		name, value, ok := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !ok || name == "" {
			return optionError(p, option, "write one NAME=VALUE a line", "%s: %q is no variable", option, line)
		}
		expanded, err := expandPercent(strings.TrimSpace(value), env)
		if err != nil {
			return optionError(p, option, "a literal % is written %%", "%s: variable %s: %v", option, name, err)
		}
		env[name] = expanded
	}
	return nil
}

// expandPercent is Python's "text % mapping" for strings: %(name)s and %%.
func expandPercent(text string, values map[string]string) (string, error) {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "%")
		out.WriteString(before)
		switch {
		case !found:
			return out.String(), nil
		case strings.HasPrefix(after, "%"):
			out.WriteByte('%')
			text = after[1:]
		case strings.HasPrefix(after, "("):
			name, rest, closed := strings.Cut(after[1:], ")s")
			value, known := values[name]
			if !closed || !known {
				return "", fmt.Errorf("%%(%s)s names nothing", name)
			}
			out.WriteString(value)
			text = rest
		default:
			return "", fmt.Errorf("%q stands after a lone %%", firstRunes(after, 12))
		}
	}
}

func firstRunes(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}

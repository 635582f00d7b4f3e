package main

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// setting is a flag of Buildout's that stands for an option of [buildout].
type setting struct {
	short, long string
	option      string // with its value, or without when the flag takes one
	usage       string
}

// settings are all of them. Where one stands on the command line counts: the last
// of -o, -O and offline=... wins. So they are turned into settings before the
// command line is parsed, see [buildoutArgs]; the parser knows them for its help.
func settings() []setting {
	return []setting{
		{"o", "offline", "offline=true", "no network (buildout:offline=true)"},
		{"O", "online", "offline=false", "network again (buildout:offline=false)"},
		{"n", "newest", "newest=true", "ask the network for profiles first, then the caches (buildout:newest=true)"},
		{"N", "no-newest", "newest=false", "ask the caches for profiles first (buildout:newest=false)"},
		{"t", "timeout", "socket-timeout=", "`seconds` that a server may be silent (buildout:socket-timeout)"},
	}
}

func settingFlags(f *pflag.FlagSet) {
	for _, s := range settings() {
		if strings.HasSuffix(s.option, "=") {
			f.StringP(s.long, s.short, "", s.usage)
		} else {
			f.BoolP(s.long, s.short, false, s.usage)
		}
	}
}

// expandSettings writes every such flag out as the setting that it stands for.
func expandSettings(args []string) []string {
	var all []string
	for len(args) > 0 && args[0] != "--" {
		arg := args[0]
		args = args[1:]
		var flags, words []string
		if flags, words, args = expand(arg, args); flags == nil && words == nil {
			all = append(all, arg)
		}
		all = slices.Concat(all, words, flags)
		if takesValue(arg) && words == nil && len(args) > 0 {
			all = append(all, args[0])
			args = args[1:]
		}
	}
	return append(all, args...)
}

// expand takes the settings out of one argument: nil, nil when it has none. What
// is left of a cluster such as -vo comes last, for its value may follow.
func expand(arg string, rest []string) (flags, words, after []string) {
	if name, ok := strings.CutPrefix(arg, "--"); ok {
		return expandLong(name, rest)
	}
	if !strings.HasPrefix(arg, "-") {
		return nil, nil, rest
	}
	left := "-"
	for i, letter := range arg[1:] {
		at := slices.IndexFunc(settings(), func(s setting) bool { return s.short == string(letter) })
		switch {
		case strings.ContainsRune("cj", letter): // the rest is its value
			left += arg[1+i:]
		case at < 0:
			left += string(letter)
			continue
		case letter == 't':
			value := arg[2+i:]
			if value == "" && len(rest) > 0 {
				value, rest = rest[0], rest[1:]
			}
			if value == "" {
				return nil, nil, rest // for the parser to complain
			}
			words = append(words, "buildout:socket-timeout="+value)
		default:
			words = append(words, "buildout:"+settings()[at].option)
			continue
		}
		break
	}
	if words == nil {
		return nil, nil, rest
	}
	if left != "-" {
		flags = []string{left}
	}
	return flags, words, rest
}

func expandLong(name string, rest []string) (flags, words, after []string) {
	name, value, given := strings.Cut(name, "=")
	at := slices.IndexFunc(settings(), func(s setting) bool { return s.long == name })
	if at < 0 || given && name != "timeout" {
		return nil, nil, rest
	}
	option := settings()[at].option
	if name == "timeout" && !given && len(rest) > 0 {
		value, rest = rest[0], rest[1:]
	}
	if name == "timeout" && value == "" {
		return nil, nil, rest
	}
	return nil, []string{"buildout:" + option + value}, rest
}

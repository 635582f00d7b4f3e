package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"

	"belljar.build/engine/profile"
)

// setting is a flag that stands for an option of [buildout], as in Buildout: the
// last one given counts.
type setting struct {
	g      *globals
	option string
	value  string // of a flag without an argument
}

// settingFlags are Buildout's own.
func (g *globals) settingFlags(f *pflag.FlagSet) {
	for _, s := range []struct{ name, short, option, value, usage string }{
		{"offline", "o", "offline", "true", "no network (offline = true)"},
		{"online", "O", "offline", "false", "network again (offline = false)"},
		{"newest", "n", "newest", "true", "ask the network for profiles first, then the caches (newest = true)"},
		{"no-newest", "N", "newest", "false", "ask the caches for profiles first (newest = false)"},
	} {
		f.VarPF(&setting{g, s.option, s.value}, s.name, s.short, s.usage).NoOptDefVal = "true"
	}
	f.VarP(&setting{g: g, option: "socket-timeout"}, "timeout", "t", "seconds that a server may be silent (socket-timeout)")
}

// Set is called where the flag stands.
func (s *setting) Set(text string) error {
	value := s.value
	switch {
	case value == "":
		if n, err := strconv.Atoi(text); err != nil || n <= 0 {
			return fmt.Errorf("%q is no number of seconds", text)
		}
		value = text
	case text != "true":
		return fmt.Errorf("it takes no value")
	}
	s.g.settings = append(s.g.settings, profile.Override{Section: "buildout", Option: s.option, Op: "=", Text: value})
	return nil
}

func (s *setting) String() string { return "" }

// Type is shown in the help.
func (s *setting) Type() string {
	if s.value == "" {
		return "seconds"
	}
	return "bool"
}

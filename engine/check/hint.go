package check

import (
	"regexp"
	"slices"
	"strings"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

// mark is a text that a varied build shows to those that look for it, so that
// it gives a variation away. It must not stand there by chance.
type mark struct {
	text      string
	variation vary.Variation
}

// marks follow [vary.Descriptions]. One that is missing or outdated costs some
// builds, no more: what they suggest is tried, not believed.
func marks() []mark {
	return []mark{
		{"elsewhere.example", vary.Host},
		{"6.99.0", vary.Kernel},
		{"/home/check", vary.Home},
		{"checker", vary.User},
		{"1234", vary.User},
		{"xterm-256color", vary.Environment},
		{"/build-elsewhere", vary.BuildPath},
		{"+14", vary.TimeZone},
		{"fr_FR", vary.Locale},
		{"btrfs", vary.FileSystem},
	}
}

// hints are the variations that a report speaks for, each once: those that it
// all but proves, and those that are worth a try before all others.
func hints(r *diff.Report) (strong, weak vary.Set) {
	h := &hinter{all: marks(), address: regexp.MustCompile(`0x[0-9a-f]{6,16}\b`)}
	if r != nil {
		for i := range r.Changes {
			h.change(&r.Changes[i])
		}
	}
	weak = slices.DeleteFunc(h.weak, h.strong.Has)
	const most = 4 // beyond, halving is faster
	return h.strong, weak[:min(len(weak), most)]
}

type hinter struct {
	all          []mark
	address      *regexp.Regexp
	strong, weak vary.Set
}

func (h *hinter) change(c *diff.Change) {
	h.text(c.Path)
	if c.After != nil {
		h.text(c.After.Target)
	}
	for i := range c.Causes {
		h.cause(&c.Causes[i])
	}
}

func (h *hinter) cause(c *diff.Cause) {
	switch c.Kind {
	case diff.CauseTimestamp:
		h.add(&h.strong, vary.Time)
		h.add(&h.weak, vary.TimeZone)
	case diff.CauseMode:
		h.add(&h.strong, vary.Umask)
	case diff.CauseOwner:
		h.add(&h.strong, vary.User)
	case diff.CauseOrder:
		h.add(&h.weak, vary.Order, vary.HashSeed, vary.Inodes, vary.Locale)
	case diff.CausePythonCode:
		h.add(&h.weak, vary.HashSeed, vary.Time)
	case diff.CauseELFSection:
		if strings.HasSuffix(c.Where, ".text") {
			h.add(&h.weak, vary.CPUModel)
		}
	}
	h.text(c.After)
	for line := range strings.Lines(c.Detail) {
		if strings.HasPrefix(line, "+") {
			h.text(line)
		}
	}
}

// text looks for what a varied build shows.
func (h *hinter) text(s string) {
	for _, m := range h.all {
		if strings.Contains(s, m.text) {
			h.add(&h.strong, m.variation)
		}
	}
	if h.address.MatchString(s) {
		h.add(&h.weak, vary.ASLR, vary.Random)
	}
}

func (h *hinter) add(set *vary.Set, all ...vary.Variation) {
	for _, v := range all {
		if !set.Has(v) {
			*set = append(*set, v)
		}
	}
}

package trace

import (
	"slices"
	"strings"

	"belljar.build/engine/audit/debian"
)

// intended are the libraries that a compiler was told to link in a trial that ended
// before the linker, for want of a header: "gcc conftest.c -lreadline" without
// readline.h. On a machine that has the header the linker looks for the library, too.
type intended struct {
	asked   map[*process][]string
	blocked map[*process]bool // a header was missing
}

// maxIntended bounds the calls of compilers that are remembered at a time.
const maxIntended = 1 << 16

func newIntended() intended {
	return intended{asked: map[*process][]string{}, blocked: map[*process]bool{}}
}

// started remembers what a driver is to link, until its linker starts.
func (i *intended) started(p *process, argv []string) {
	switch {
	case p.kind == linker:
		delete(i.asked, p.command())
	case p.kind == driver && p.command() == p && len(i.asked) < maxIntended && !stopsEarly(argv):
		if names, _ := linked(argv); len(names) > 0 {
			i.asked[p] = cloned(names)
		}
	}
}

// stopsEarly tells whether a driver is told not to link.
func stopsEarly(argv []string) bool {
	return slices.ContainsFunc(argv, func(arg string) bool {
		switch arg {
		case "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only":
			return true
		}
		return false
	})
}

// cloned also leaves out libraries that are named by path: the build made them.
func cloned(names []string) (all []string) {
	for _, n := range names {
		if !isLibrary(n) && len(n) <= maxShown && len(all) < maxShown {
			all = append(all, strings.Clone(n))
		}
	}
	return all
}

// block notes that a compiler missed a header.
func (i *intended) block(p *process) {
	if c := p.command(); i.asked[c] != nil {
		i.blocked[c] = true
	}
}

// missing are those that no linker of the build found or missed by itself.
func (i *intended) missing(l *lookups) []missed {
	m := misses{}
	for p := range i.blocked {
		for _, n := range i.asked[p] {
			if name := "lib" + n; !l.linked[name] && l.libraries[name] == nil {
				m.add(name, p)
			}
		}
	}
	for _, all := range m {
		slices.SortFunc(all, func(a, b *process) int { return a.number - b.number })
	}
	return missing(m, debian.Library, func(string, *process) bool { return false })
}

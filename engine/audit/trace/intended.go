package trace

import (
	"maps"
	"slices"
	"strings"

	"belljar.build/engine/audit/debian"
)

// intended are the libraries that a compiler was told to link in a trial that ended
// before the linker, for want of a header: "gcc conftest.c -lreadline" without
// readline.h. On a machine that has the header the linker looks for the library, too.
//
// Of several trials with a header only the first counts that names a library which is
// not linked otherwise: configure goes on to "-lreadline -ltermcap" when -lreadline
// alone did not do.
type intended struct {
	asked   map[*process][]string
	blocked misses // by the header that was missing
}

// maxIntended bounds the calls of compilers that are remembered at a time.
const maxIntended = 1 << 16

func newIntended() intended {
	return intended{asked: map[*process][]string{}, blocked: misses{}}
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
func (i *intended) block(p *process, header string) {
	if c := p.command(); i.asked[c] != nil {
		i.blocked.add(header, c)
	}
}

// missing are those that no linker of the build found or missed by itself.
func (i *intended) missing(l *lookups) []missed {
	m := misses{}
	for _, header := range slices.Sorted(maps.Keys(i.blocked)) {
		for _, p := range i.blocked[header] {
			names := slices.DeleteFunc(slices.Clone(i.asked[p]), func(n string) bool {
				return l.linked["lib"+n] || l.libraries["lib"+n] != nil
			})
			for _, n := range names {
				m.add("lib"+n, p)
			}
			if len(names) > 0 {
				break
			}
		}
	}
	return missing(m, debian.Library, func(string, *process) bool { return false })
}

package trace

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/debian"
	"belljar.build/sandbox/observe"
)

// programs is D04: names that somebody looked for in the folders of PATH, or in
// those where a machine has programs, and never found, nor started one of that
// name.
//
// What the compiler's driver looks for (real-ld, gnm) is its own affair.
type programs struct {
	path   map[string]bool
	found  memory
	missed misses
	parts  known
}

func newPrograms(s Subject) *programs {
	p := &programs{path: map[string]bool{}, found: newMemory(), missed: misses{}, parts: knownTo(s)}
	for _, folder := range []string{"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"} {
		p.path[folder] = true
	}
	if s.Action == nil {
		return p
	}
	for _, folder := range strings.Split(s.Action.Env["PATH"], ":") {
		p.path[path.Clean(folder)] = true
	}
	return p
}

func (r *programs) started(p *process, _ []string) {
	if p.parent != nil {
		r.found.add(p.parent, p.name)
	}
}

func (r *programs) did(e event) {
	if e.op != observe.Stat && e.op != observe.Exec || e.by.number == 0 || e.by.kind == driver || e.by.kind == linker {
		return
	}
	folder, name := path.Split(e.path)
	switch {
	case e.found:
		if r.path[path.Clean(folder)] {
			r.found.add(e.by, name)
		}
	case r.path[path.Clean(folder)]:
		r.missed.add(name, e.by)
	}
}

func (r *programs) findings() (all []audit.Finding) {
	var unknown []missed
	for _, name := range slices.Sorted(maps.Keys(r.missed)) {
		s := r.missed.never(name, func(p *process) bool { return r.found.has(p, name) })
		if s == nil {
			continue
		}
		packages := debian.Program(name)
		if len(packages) == 0 {
			unknown = append(unknown, missed{name, nil, s})
			continue
		}
		f := audit.New(audit.ProgramLookup, "", name, fmt.Sprintf("%s, which Debian's %s has, was looked for %s", name, packages[0], s.by()))
		f.Evidence = s.evidence
		f.Fix = r.parts.fix(packages[0]) + ", or tell the build not to use it"
		all = append(all, f)
	}
	return append(all, note(audit.ProgramLookup, "in no package", fmt.Sprintf("%d programs that no Debian package has were looked for", len(unknown)), unknown)...)
}

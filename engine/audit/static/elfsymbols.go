package static

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/object"
)

// symbols looks for undefined symbols that nothing has which is loaded with a file:
// S06. A weak one may be missing, and where a library is missing, nobody knows.
func (r *run) symbols(f *elfFile) error {
	w := r.elfRun.world
	s, err := w.load(f.elfPlace, f.object)
	if err != nil || !s.whole && w.base != nil || w.base == nil {
		return err
	}
	var missing []object.Symbol
	for _, u := range f.object.Undefined {
		if !u.Weak && !s.defines(u) {
			missing = append(missing, u)
		}
	}
	if len(missing) > 0 && !f.object.Program() {
		if missing, err = r.notBrought(f, missing); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		r.add(undefined(f, missing))
	}
	return nil
}

// defines tells whether the process has a symbol. That a library lacks a whole
// version is S05, not this.
func (s *process) defines(u object.Symbol) bool {
	if m := s.named[u.Library]; u.Version != "" && m != nil && len(m.object.Versions) > 0 && !slices.Contains(m.object.Versions, u.Version) {
		return true
	}
	return slices.ContainsFunc(s.modules, func(m *module) bool { return m.object.Defines(u.Name, u.Version) })
}

// notBrought leaves those symbols that no program brings which could open the file:
// what programs define themselves, and for plugins what libraries define that
// belong to the program, as libpython3.11.so.1.0 does to python3.11, or to the base.
func (r *run) notBrought(f *elfFile, missing []object.Symbol) ([]object.Symbol, error) {
	programs, err := r.programs()
	if err != nil {
		return nil, err
	}
	plugin := f.object.SoName == "" || !strings.HasPrefix(path.Base(f.rel), "lib")
	return slices.DeleteFunc(missing, func(u object.Symbol) bool {
		for _, s := range programs {
			for i, m := range s.modules {
				belongs := i == 0 || plugin && (m.tree == s.modules[0].tree || m.tree == r.elfRun.world.base)
				if belongs && m.object.Defines(u.Name, u.Version) {
					return true
				}
			}
		}
		return false
	}), nil
}

func undefined(f *elfFile, missing []object.Symbol) audit.Finding {
	var names []string
	for _, u := range missing {
		name := u.Name
		if u.Version != "" {
			name += "@" + u.Version + " of " + u.Library
		}
		names = append(names, name)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	subject, _, _ := strings.Cut(clip(names[0]), "@")
	finding := audit.New(audit.UndefinedSymbol, f.rel, subject, fmt.Sprintf("uses %s, which nothing defines that it needs", subject))
	if more := len(names) - 1; more > 0 {
		finding.Message = fmt.Sprintf("uses %s and %s, which nothing defines that it needs", subject, counted(more, "other symbol"))
	}
	for _, name := range names[:min(len(names), audit.MaxEvidence)] {
		finding.Evidence = append(finding.Evidence, audit.Evidence{Where: ".dynsym", Text: clip(name)})
	}
	finding.Fix = "link it with the library that defines the symbol"
	return finding
}

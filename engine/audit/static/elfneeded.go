package static

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

// needed looks for what a file needs: S01, S02, S26.
func (r *run) needed(f *elfFile) error {
	w := r.elfRun.world
	s, err := w.load(f.elfPlace, f.object)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, name := range f.object.Needed {
		if s.modules[0].found[name] != nil || seen[name] || w.base == nil && ofBase(name) {
			continue
		}
		seen[name] = true
		finding, err := r.missing(s.modules[0], name)
		if err != nil {
			return err
		}
		r.add(finding)
	}
	return nil
}

// ofBase tells whether a library is the base's in every toolchain.
func ofBase(name string) bool {
	return slices.Contains([]string{
		"ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libmvec.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1",
		"libresolv.so.2", "libanl.so.1", "libnsl.so.1", "libcrypt.so.1", "libgcc_s.so.1",
	}, name)
}

// ofGCC tells whether a library is a runtime of gcc's that the part gcc-libs has.
func ofGCC(name string) bool {
	stem, _, _ := strings.Cut(name, ".so")
	return slices.Contains([]string{"libstdc++", "libgomp", "libatomic", "libquadmath", "libitm"}, stem)
}

// missing says why the loader finds nothing.
func (r *run) missing(m *module, name string) (audit.Finding, error) {
	if f, ok, err := r.inherited(m, name); ok || err != nil {
		return f, err
	}
	if f, ok, err := r.elfUndeclared(m, name); ok || err != nil {
		return f, err
	}
	f := audit.New(audit.NeededUnresolved, m.rel, name, fmt.Sprintf("needs %s, which is found nowhere", name))
	f.Evidence = r.searchEvidence(m, name)
	f.Fix = "add the part that has it as a dependency, or build without it"
	if ofGCC(name) {
		f.Fix = "add dependency gcc-libs"
	}
	for _, t := range r.visible() {
		for _, rel := range t.find(name) {
			_, o, _, err := r.elfRun.world.library(r.elfRun.world.logical(elfPlace{t, rel}))
			if err != nil {
				return f, err
			}
			if o == nil {
				continue
			}
			f.Message = fmt.Sprintf("needs %s, which %s has, but its RUNPATH does not lead there", name, t.name())
			f.Evidence = append(f.Evidence, audit.Evidence{Where: t.name(), Text: rel})
			f.Fix = fmt.Sprintf("link with -Wl,-rpath=%s", path.Dir(r.elfRun.world.logical(elfPlace{t, rel})))
			return f, nil
		}
	}
	return f, nil
}

// visible are the trees of the world that are stored, this output first.
func (r *run) visible() []*elfTree {
	w := r.elfRun.world
	all := []*elfTree{w.own}
	for _, v := range r.subject.Visible {
		if t := w.stored[v.Path]; t != nil && t != w.own {
			all = append(all, t)
		}
	}
	return all
}

// searchEvidence says where the loader looks.
func (r *run) searchEvidence(m *module, name string) []audit.Evidence {
	e := []audit.Evidence{{Where: ".dynamic", Text: clip("NEEDED " + name)}}
	switch {
	case m.object.RunPath != "":
		e = append(e, audit.Evidence{Where: ".dynamic", Text: clip("RUNPATH " + m.object.RunPath)})
	case m.object.RPath != "":
		e = append(e, audit.Evidence{Where: ".dynamic", Text: clip("RPATH " + m.object.RPath)})
	default:
		e = append(e, audit.Evidence{Where: ".dynamic", Text: "no RUNPATH"})
	}
	return e
}

// clip shortens a text that only shows something.
func clip(text string) string {
	const most = 1000
	if len(text) <= most {
		return text
	}
	return text[:most] + "..."
}

// inherited is S26: others of the output, or programs that the build could see,
// load m where the library is there already.
func (r *run) inherited(m *module, name string) (audit.Finding, bool, error) {
	if m.object.Program() {
		return audit.Finding{}, false, nil
	}
	by, found, err := r.loadedWith(m, name)
	if err != nil || by == nil {
		return audit.Finding{}, false, err
	}
	w := r.elfRun.world
	f := audit.New(audit.InheritedRunPath, m.rel, name,
		fmt.Sprintf("needs %s, to which its own RUNPATH does not lead; it is there only when %s loads it", name, by.rel))
	f.Evidence = append(r.searchEvidence(m, name), audit.Evidence{Where: by.rel, Text: "brings " + w.logical(found.elfPlace)})
	f.Fix = fmt.Sprintf("link with -Wl,-rpath=%s", path.Dir(w.logical(found.elfPlace)))
	return f, true, nil
}

// loadedWith is the first of a process that has the library for m, and the library.
func (r *run) loadedWith(m *module, name string) (by, found *module, err error) {
	w := r.elfRun.world
	for _, other := range r.elfRun.files {
		s, err := w.load(other.elfPlace, other.object)
		if err != nil {
			return nil, nil, err
		}
		for _, o := range s.modules[1:] {
			if o.elfPlace == m.elfPlace && o.found[name] != nil {
				return s.modules[0], o.found[name], nil
			}
		}
	}
	// What opens a plugin has what it needs itself by then.
	programs, err := r.programs()
	if err != nil {
		return nil, nil, err
	}
	for _, s := range programs {
		if known := s.named[name]; known != nil {
			return s.modules[0], known, nil
		}
	}
	return nil, nil, nil
}

// programs are the processes of the programs in this output and in those that its
// build could see.
func (r *run) programs() (all []*process, err error) {
	for _, t := range r.visible() {
		rels, err := t.executables()
		if err != nil {
			return nil, err
		}
		for _, rel := range rels {
			s, err := r.elfRun.world.load(elfPlace{t, rel}, t.objects[rel])
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// undeclared is S02: an output has the library that the build did not declare.
func (r *run) elfUndeclared(m *module, name string) (audit.Finding, bool, error) {
	w := r.elfRun.world
	others := append(slices.Clone(r.subject.Others), r.subject.Tools)
	for _, candidate := range w.candidates(m, name) {
		_, hidden, _ := w.walk(candidate)
		i := slices.IndexFunc(others, func(t Tree) bool { return t.Path == hidden })
		if hidden == "" || i < 0 {
			continue
		}
		if rel, ok := r.has(others[i], name); ok {
			f := elfUndeclared(m, name, others[i], rel)
			f.Evidence = append(f.Evidence, audit.Evidence{Where: ".dynamic", Text: "RUNPATH leads to " + path.Dir(candidate)})
			return f, true, nil
		}
	}
	for _, t := range r.visible() {
		if len(t.find(name)) > 0 {
			return audit.Finding{}, false, nil // it is declared
		}
	}
	for _, t := range others {
		if rel, ok := r.has(t, name); ok {
			f := elfUndeclared(m, name, t, rel)
			if t.Path == r.subject.Tools.Path {
				f.Fix = "add a part that has it as a dependency, or build without it"
				if ofGCC(name) {
					f.Fix = "add dependency gcc-libs"
				}
			}
			return f, true, nil
		}
	}
	return audit.Finding{}, false, nil
}

// has looks for a library in an output that may be gone, or a stranger's: what
// cannot be read has nothing.
func (r *run) has(t Tree, name string) (rel string, ok bool) {
	if t.Dir == "" {
		return "", false
	}
	names, err := r.elf.tree(t)
	if err != nil {
		return "", false
	}
	all := names.find(path.Base(name))
	if len(all) == 0 {
		return "", false
	}
	return all[0], true
}

func elfUndeclared(m *module, name string, t Tree, rel string) audit.Finding {
	f := audit.New(audit.NeededUndeclared, m.rel, name, fmt.Sprintf("needs %s, which %s has, but that is not declared", name, t.name()))
	f.Evidence = []audit.Evidence{{Where: ".dynamic", Text: clip("NEEDED " + name)}, {Where: t.name(), Text: rootfs.Logical + "/" + t.Path + "/" + rel}}
	f.Fix = "add dependency " + t.name()
	return f
}

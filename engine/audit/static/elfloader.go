package static

import (
	"path"
	"strings"

	"belljar.build/engine/audit/object"
)

// The loader here is glibc's, as ld.so(8) describes it: what is loaded already by
// that name; the RPATHs of who needs the library and of who loaded that, of files
// without RUNPATH; the RUNPATH of who needs it, for nobody else; its own folders.
// There is no LD_LIBRARY_PATH, no cache, and no folder for better processors.

// module is a program or a library in a process.
type module struct {
	elfPlace
	object *object.File
	by     *module // who needed it first; nil for the first of all
	// found are the modules of what it needs; nil for what is found nowhere.
	found map[string]*module
}

// process is what the loader makes of a program, or of a library that is opened by
// a program which brings nothing.
type process struct {
	modules []*module          // in the loader's order, breadth first
	named   map[string]*module // by the names under which they are found again
	// whole: everything that any of them needs is there.
	whole bool
}

// maxModules bounds a process.
const maxModules = 4096

// load makes a process.
func (w *elfWorld) load(p elfPlace, o *object.File) (*process, error) {
	if known := w.processes[p]; known != nil {
		return known, nil
	}
	s := &process{named: map[string]*module{}, whole: true}
	w.processes[p] = s
	s.add(&module{elfPlace: p, object: o}, o.SoName)
	for i := 0; i < len(s.modules) && len(s.modules) < maxModules; i++ {
		m := s.modules[i]
		m.found = map[string]*module{}
		for _, name := range m.object.Needed {
			if err := w.need(s, m, name); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *process) add(m *module, name string) {
	s.modules = append(s.modules, m)
	s.name(m, name)
	s.name(m, m.object.SoName)
}

func (s *process) name(m *module, name string) {
	if name != "" && s.named[name] == nil {
		s.named[name] = m
	}
}

// need finds what m needs.
func (w *elfWorld) need(s *process, m *module, name string) error {
	if known := s.named[name]; known != nil {
		m.found[name] = known
		return nil
	}
	p, o, err := w.search(m, name)
	if err != nil {
		return err
	}
	if o == nil {
		m.found[name] = nil
		s.whole = false
		return nil
	}
	for _, known := range s.modules {
		if known.elfPlace == p {
			m.found[name] = known
			s.name(known, name)
			return nil
		}
	}
	found := &module{elfPlace: p, object: o, by: m}
	m.found[name] = found
	s.add(found, name)
	return nil
}

// search finds a library for m that is not loaded yet; nil: it is nowhere.
func (w *elfWorld) search(m *module, name string) (elfPlace, *object.File, error) {
	for _, candidate := range w.candidates(m, name) {
		p, o, _, err := w.library(candidate)
		if err != nil || o != nil {
			return p, o, err
		}
	}
	return elfPlace{}, nil, nil
}

// candidates are the paths that the loader tries.
func (w *elfWorld) candidates(m *module, name string) (paths []string) {
	if strings.Contains(name, "/") {
		return []string{expand(name, w.origin(m))}
	}
	add := func(list string, origin string) {
		for _, entry := range entries(list) {
			if dir := expand(entry, origin); path.IsAbs(dir) {
				paths = append(paths, dir+"/"+name)
			}
		}
	}
	if m.object.RunPath == "" {
		for o := m; o != nil; o = o.by {
			if o.object.RunPath == "" {
				add(o.object.RPath, w.origin(o))
			}
		}
	}
	add(m.object.RunPath, w.origin(m))
	if !m.object.NoDefaultDirs {
		add("/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:/usr/lib", "")
	}
	return paths
}

// origin is the folder that $ORIGIN stands for. The loader takes that of the name
// under which it found the file, which may be a link: in an output both are in the
// same folder.
func (w *elfWorld) origin(m *module) string { return path.Dir(w.logical(m.elfPlace)) }

// maxEntries bounds the entries of one search path.
const maxEntries = 256

// entries splits a search path; none for an empty one, which the loader ignores.
func entries(list string) []string {
	if list == "" {
		return nil
	}
	return strings.SplitN(list, ":", maxEntries)
}

// expand replaces what the loader replaces in names and search paths.
func expand(text, origin string) string {
	if n := strings.Count(text, "$"); n == 0 || n > 8 { // nobody means so many
		return text
	}
	return strings.NewReplacer(
		"${ORIGIN}", origin, "$ORIGIN", origin, "${PLATFORM}", "x86_64", "$PLATFORM", "x86_64",
		"${LIB}", "lib/x86_64-linux-gnu", "$LIB", "lib/x86_64-linux-gnu",
	).Replace(text)
}

package static

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/engine/audit/object"
	"belljar.build/rootfs"
)

// elfWorld is what may be there when the output is used: itself, what its build could
// see, and the base, which stands at /.
type elfWorld struct {
	own    *elfTree
	stored map[string]*elfTree // the store, by base name
	base   *elfTree            // nil: there is none

	processes map[elfPlace]*process
}

// elfPlace is a file of a tree.
type elfPlace struct {
	tree *elfTree
	rel  string
}

// elfWorld is the world of this run, made when it is first needed.
func (r *run) elfWorld() (*elfWorld, error) {
	if r.elfRun.world != nil {
		return r.elfRun.world, nil
	}
	own, err := readTree(r.subject.Tree)
	if err != nil {
		return nil, err
	}
	w := &elfWorld{own: own, stored: map[string]*elfTree{r.subject.Path: own}, processes: map[elfPlace]*process{}}
	for _, v := range r.subject.Visible {
		if v.Path == r.subject.Path {
			continue
		}
		if w.stored[v.Path], err = r.elf.tree(v); err != nil {
			return nil, err
		}
	}
	switch {
	case r.subject.Base.Path == r.subject.Path:
		w.base = own
	case r.subject.Base.Dir != "":
		if w.base, err = r.elf.tree(r.subject.Base); err != nil {
			return nil, err
		}
	}
	r.elfRun.world = w
	return w, nil
}

// logical is the path at which the output's users see a file.
func (w *elfWorld) logical(p elfPlace) string {
	if p.tree == w.base {
		return "/" + p.rel
	}
	return rootfs.Logical + "/" + p.tree.Path + "/" + p.rel
}

// walk looks an absolute path up as the kernel does; false when nothing is there.
// Where the path leads into an output that is not visible, hidden is its base name.
func (w *elfWorld) walk(name string) (p elfPlace, hidden string, ok bool) {
	at, rest, links := "/", strings.Split(name, "/"), 0
	for len(rest) > 0 && len(rest) < 4096 {
		next := rest[0]
		rest = rest[1:]
		switch next {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		var e elfEntry
		p, e, hidden = w.entry(path.Join(at, next))
		switch e.kind {
		case unix.S_IFDIR:
			at = path.Join(at, next)
		case unix.S_IFREG:
			return p, "", len(rest) == 0
		case unix.S_IFLNK:
			if links++; links > maxLinks {
				return elfPlace{}, "", false
			}
			if path.IsAbs(e.target) {
				at = "/"
			}
			rest = append(strings.Split(e.target, "/"), rest...)
		default:
			return elfPlace{}, hidden, false
		}
	}
	return elfPlace{}, "", false
}

// entry is what stands at a path without links.
func (w *elfWorld) entry(name string) (p elfPlace, e elfEntry, hidden string) {
	folder := elfEntry{kind: unix.S_IFDIR}
	if strings.HasPrefix(rootfs.Logical, name) && (name == rootfs.Logical || rootfs.Logical[len(name)] == '/') {
		return elfPlace{}, folder, ""
	}
	if below, ok := strings.CutPrefix(name, rootfs.Logical+"/"); ok {
		stored, rel, deeper := strings.Cut(below, "/")
		t := w.stored[stored]
		if t == nil {
			return elfPlace{}, elfEntry{}, stored
		}
		if !deeper {
			return elfPlace{t, "."}, folder, ""
		}
		return elfPlace{t, rel}, t.entries[rel], ""
	}
	if w.base == nil {
		return elfPlace{}, elfEntry{}, ""
	}
	rel := strings.TrimPrefix(name, "/")
	return elfPlace{w.base, rel}, w.base.entries[rel], ""
}

// library is the library at a path; nil when the loader would go on looking.
func (w *elfWorld) library(name string) (p elfPlace, o *object.File, hidden string, err error) {
	p, hidden, ok := w.walk(name)
	if !ok {
		return elfPlace{}, nil, hidden, nil
	}
	o, err = p.tree.object(p.rel)
	if err != nil || o == nil || !o.Library() {
		return elfPlace{}, nil, "", err
	}
	return p, o, "", nil
}

package static

import (
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/engine/audit/object"
	"belljar.build/rootfs"
)

// world is what may be there when the output is used: itself, what its build could
// see, and the base, which stands at /.
type world struct {
	own    *elfTree
	stored map[string]*elfTree // the store, by base name
	base   *elfTree            // nil: there is none

	processes map[place]*process
}

// place is a file of a tree.
type place struct {
	tree *elfTree
	rel  string
}

// elfWorld is the world of this run, made when it is first needed.
func (r *run) elfWorld() (*world, error) {
	if r.elfRun.world != nil {
		return r.elfRun.world, nil
	}
	own, err := readTree(r.subject.Tree)
	if err != nil {
		return nil, err
	}
	w := &world{own: own, stored: map[string]*elfTree{r.subject.Path: own}, processes: map[place]*process{}}
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
func (w *world) logical(p place) string {
	if p.tree == w.base {
		return "/" + p.rel
	}
	return rootfs.Logical + "/" + p.tree.Path + "/" + p.rel
}

// maxLinks is the kernel's bound on the links in one path.
const maxLinks = 40

// walk looks an absolute path up as the kernel does; false when nothing is there.
// Where the path leads into an output that is not visible, hidden is its base name.
func (w *world) walk(name string) (p place, hidden string, ok bool) {
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
				return place{}, "", false
			}
			if path.IsAbs(e.target) {
				at = "/"
			}
			rest = append(strings.Split(e.target, "/"), rest...)
		default:
			return place{}, hidden, false
		}
	}
	return place{}, "", false
}

// entry is what stands at a path without links.
func (w *world) entry(name string) (p place, e elfEntry, hidden string) {
	folder := elfEntry{kind: unix.S_IFDIR}
	if strings.HasPrefix(rootfs.Logical, name) && (name == rootfs.Logical || rootfs.Logical[len(name)] == '/') {
		return place{}, folder, ""
	}
	if below, ok := strings.CutPrefix(name, rootfs.Logical+"/"); ok {
		stored, rel, deeper := strings.Cut(below, "/")
		t := w.stored[stored]
		if t == nil {
			return place{}, elfEntry{}, stored
		}
		if !deeper {
			return place{t, "."}, folder, ""
		}
		return place{t, rel}, t.entries[rel], ""
	}
	if w.base == nil {
		return place{}, elfEntry{}, ""
	}
	rel := strings.TrimPrefix(name, "/")
	return place{w.base, rel}, w.base.entries[rel], ""
}

// library is the library at a path; nil when the loader would go on looking.
func (w *world) library(name string) (p place, o *object.File, hidden string, err error) {
	p, hidden, ok := w.walk(name)
	if !ok {
		return place{}, nil, hidden, nil
	}
	o, err = p.tree.object(p.rel)
	if err != nil || o == nil || !o.Library() {
		return place{}, nil, "", err
	}
	return p, o, "", nil
}

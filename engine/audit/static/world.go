package static

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"belljar.build/rootfs"
)

// world is the store as the output sees it at run time: its own tree and those
// that are visible to it. Paths are looked up in it as the kernel would, but
// every step is made beneath the root of one tree, and what leads out of them
// is never looked at.
type world struct {
	own   string
	trees map[string]*place
}

// place is one tree; its folder is opened when something is looked up there.
type place struct {
	Tree
	visible bool
	root    *os.Root
	opened  bool
}

func newWorld(s *Subject) *world {
	w := &world{own: s.Path, trees: map[string]*place{}}
	for _, t := range slices.Concat(s.Others, []Tree{s.Base, s.Tools}) {
		w.trees[t.Path] = &place{Tree: t}
	}
	for _, t := range slices.Concat(s.Visible, []Tree{s.Tree}) {
		w.trees[t.Path] = &place{Tree: t, visible: true}
	}
	delete(w.trees, "")
	return w
}

func (w *world) close() (err error) {
	for _, p := range w.trees {
		if p.root != nil {
			err = errors.Join(err, p.root.Close())
		}
	}
	return err
}

// open gives the tree's root, nil when it is not there.
func (p *place) open() *os.Root {
	if !p.opened {
		p.root, _ = os.OpenRoot(p.Dir)
		p.opened = true
	}
	return p.root
}

// fate is what looking up a path came to.
type fate int

const (
	present    fate = iota
	missing         // in a visible tree, but not there
	undeclared      // in a tree of the store that is not visible
	outside         // not in the store
	circular        // links that lead to each other
)

// outcome is a path that was looked up.
type outcome struct {
	fate fate
	path string      // where it led to, all links followed as far as they go
	tree string      // the base name of the tree where it ended
	info fs.FileInfo // of what is present; nil for a tree that cannot be read
	own  bool        // a link of the output itself was on the way
}

// maxLinks is the kernel's bound for links that one look-up follows.
const maxLinks = 40

// storeDepth is the number of names in rootfs.Logical.
const storeDepth = 4

// walk is one look-up under way: where it is, and the names still to go.
type walk struct {
	*world
	done, rest []string
	links      int
	out        outcome
}

// resolve looks an absolute path up.
func (w *world) resolve(name string) outcome {
	k := &walk{world: w, rest: split(name)}
	for len(k.rest) > 0 {
		next := k.rest[0]
		k.rest = k.rest[1:]
		switch next {
		case "", ".":
			continue
		case "..":
			k.done = k.done[:max(0, len(k.done)-1)]
			continue
		}
		k.done = append(k.done, next)
		if !k.step() {
			return k.end()
		}
	}
	if len(k.done) < storeDepth {
		k.out.fate = outside
	}
	return k.end()
}

func split(name string) []string { return strings.Split(name, "/") }

// end fills in where the walk was.
func (k *walk) end() outcome {
	k.out.path = path.Join("/", path.Join(k.done...), path.Join(k.rest...))
	return k.out
}

// step looks at the name just reached; false ends the walk.
func (k *walk) step() bool {
	n := len(k.done)
	if n <= storeDepth {
		if strings.HasPrefix(rootfs.Logical+"/", path.Join("/", path.Join(k.done...))+"/") {
			return true
		}
		k.out.fate = outside
		return false
	}
	k.out.tree = k.done[storeDepth]
	p := k.trees[k.out.tree]
	if p == nil || !p.visible {
		k.out.fate = undeclared
		return false
	}
	root := p.open()
	if root == nil {
		return false
	}
	return k.inside(root, path.Join(k.done[storeDepth+1:]...))
}

// inside looks at a name in a tree.
func (k *walk) inside(root *os.Root, rel string) bool {
	if rel == "" {
		rel = "."
	}
	info, err := root.Lstat(rel)
	if err != nil {
		k.out.fate = missing
		return false
	}
	k.out.info = info
	if info.Mode().Type() != fs.ModeSymlink {
		return true
	}
	target, err := root.Readlink(rel)
	if err != nil {
		k.out.fate = missing
		return false
	}
	k.out.own = k.out.own || k.out.tree == k.own
	if k.links++; k.links > maxLinks {
		k.out.fate = circular
		return false
	}
	k.rest = append(split(target), k.rest...)
	if path.IsAbs(target) {
		k.done = nil
	} else {
		k.done = k.done[:len(k.done)-1]
	}
	return true
}

// location is the path of something in an output, as builds and users see it.
func location(tree, rel string) string { return path.Join(rootfs.Logical, tree, rel) }

// called is how a person knows a tree of the store: its part, or its name
// without the key.
func (w *world) called(tree string) string {
	if p := w.trees[tree]; p != nil && p.Part != "" {
		return p.Part
	}
	if _, name, ok := strings.Cut(tree, "-"); ok && len(tree) > keyLength && tree[keyLength] == '-' {
		return name
	}
	return tree
}

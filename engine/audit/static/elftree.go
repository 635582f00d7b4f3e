package static

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/engine/audit/object"
	"belljar.build/engine/manifest/tree"
)

// elfTree is an output as the loader sees it: names, links and what was read of
// its ELF files. Whatever it leads to is looked up in memory, so that no link of
// it is ever followed on the machine.
type elfTree struct {
	Tree
	entries  map[string]elfEntry     // by path beneath the output
	objects  map[string]*object.File // nil: no loader takes the file
	named    map[string][]string     // paths of files and links by their last name
	programs *[]string               // nil: not looked for yet
}

// elfEntry is a folder, a file or a link; everything else has kind 0.
type elfEntry struct {
	kind       uint32
	executable bool
	target     string // of a link
}

// tree gives the names of an output, from memory or from its folder.
func (m *elfMemory) tree(t Tree) (*elfTree, error) {
	if known := m.trees[t.Dir]; known != nil {
		return known, nil
	}
	read, err := readTree(t)
	if err != nil {
		return nil, err
	}
	if m.trees == nil {
		m.trees = map[string]*elfTree{}
	}
	m.trees[t.Dir] = read
	return read, nil
}

func readTree(t Tree) (_ *elfTree, err error) {
	root, err := tree.OpenRoot(t.Dir)
	if err != nil {
		return nil, fmt.Errorf("read names of %s: %w", t.Path, err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	o := &elfTree{Tree: t, entries: map[string]elfEntry{}, objects: map[string]*object.File{}}
	return o, root.Walk(func(e *tree.Entry) error {
		entry := elfEntry{executable: e.Perm()&0o111 != 0}
		switch e.Type() {
		case unix.S_IFDIR, unix.S_IFREG:
			entry.kind = e.Type()
		case unix.S_IFLNK:
			entry.kind = unix.S_IFLNK
			if entry.target, err = e.Readlink(); err != nil {
				return err
			}
		}
		o.entries[e.Path] = entry
		return nil
	})
}

// object reads an ELF file; nil for a file that no loader would take, be it
// damaged, foreign or gone.
func (t *elfTree) object(rel string) (*object.File, error) {
	if o, known := t.objects[rel]; known {
		return o, nil
	}
	o, err := t.read(rel)
	if err != nil {
		return nil, fmt.Errorf("read %q of %s: %w", rel, t.Path, err)
	}
	t.objects[rel] = o
	return o, nil
}

func (t *elfTree) read(rel string) (_ *object.File, err error) {
	if t.entries[rel].kind != unix.S_IFREG {
		return nil, nil
	}
	root, err := tree.OpenRoot(t.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	in, err := root.OpenFile(rel)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	size, err := fileSize(in)
	if err != nil {
		return nil, err
	}
	o, err := object.Read(in, size)
	if errors.Is(err, object.ErrDamaged) || errors.Is(err, object.ErrNotELF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o.Close()
	if !o.Native() || !o.Dynamic {
		return nil, nil
	}
	return o, nil
}

func fileSize(in *os.File) (int64, error) {
	info, err := in.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// find gives the paths that end in a name, in order.
func (t *elfTree) find(name string) []string {
	if t.named == nil {
		t.named = map[string][]string{}
		for rel, e := range t.entries {
			if e.kind == unix.S_IFREG || e.kind == unix.S_IFLNK {
				t.named[path.Base(rel)] = append(t.named[path.Base(rel)], rel)
			}
		}
		for _, all := range t.named {
			slices.Sort(all)
		}
	}
	return t.named[name]
}

// executables are the paths of the dynamic programs, in order.
func (t *elfTree) executables() ([]string, error) {
	if t.programs != nil {
		return *t.programs, nil
	}
	all := []string{}
	for rel, e := range t.entries {
		if e.kind != unix.S_IFREG || !e.executable || strings.Contains(path.Base(rel), ".so") {
			continue
		}
		o, err := t.object(rel)
		if err != nil {
			return nil, err
		}
		if o != nil && o.Program() {
			all = append(all, rel)
		}
	}
	slices.Sort(all)
	t.programs = &all
	return all, nil
}

// name is what a person calls the tree.
func (t *Tree) name() string {
	if t.Part != "" {
		return t.Part
	}
	if _, name, ok := strings.Cut(t.Path, "-"); ok {
		return name
	}
	return t.Path
}

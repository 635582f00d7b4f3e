package project

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"belljar.build/engine/diff"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// Trees finds the trees that a person names: each word is a folder (it has a
// slash, or is "." or ".."), an output as [store.Store.Find] takes it, or a
// part. graph is called for the parts, if there are any, so that without them
// no profile is needed; the store is opened only for a word that it may hold.
func Trees(c Config, words []string, graph func(parts []string) (*plan.Graph, error)) (trees []diff.Tree, err error) {
	f := &treeFinder{config: c}
	defer func() { err = errors.Join(err, f.close()) }()
	trees = make([]diff.Tree, len(words))
	var parts []string
	var absent error // of a word that is no key in the store: it may still be a part
	for i, word := range words {
		t, err := f.find(word)
		if errors.Is(err, store.ErrUnnamed) || errors.Is(err, store.ErrAbsent) && !strings.ContainsAny(word, "-/") {
			parts = append(parts, word)
			if errors.Is(err, store.ErrAbsent) {
				absent = err
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		trees[i] = t
	}
	if len(parts) == 0 {
		return trees, nil
	}
	g, err := graph(parts)
	if err != nil {
		return nil, cmp.Or(absent, err)
	}
	for i, word := range words {
		if trees[i].Dir == "" {
			if trees[i], err = f.part(g, word); err != nil {
				return nil, err
			}
		}
	}
	return trees, nil
}

type treeFinder struct {
	config Config
	store  *store.Store
}

func (f *treeFinder) close() error {
	if f.store == nil {
		return nil
	}
	return f.store.Close()
}

func (f *treeFinder) open() (_ *store.Store, err error) {
	if f.store == nil {
		dir, err := f.config.storeDir()
		if err != nil {
			return nil, err
		}
		if f.store, err = store.Open(dir); err != nil {
			return nil, err
		}
	}
	return f.store, nil
}

// find is the tree that a word names without a profile.
func (f *treeFinder) find(word string) (diff.Tree, error) {
	if strings.Contains(word, "/") || word == "." || word == ".." {
		return f.folder(word)
	}
	s, err := f.open()
	if err != nil {
		return diff.Tree{}, err
	}
	r, err := s.Find(word)
	if err != nil {
		return diff.Tree{}, err
	}
	return f.output(s, r)
}

func (f *treeFinder) part(g *plan.Graph, word string) (diff.Tree, error) {
	s, err := f.open()
	if err != nil {
		return diff.Tree{}, err
	}
	r, err := Output(s, g, word)
	if err != nil {
		return diff.Tree{}, err
	}
	return f.output(s, r)
}

// output is a tree of the store, whose manifest is there.
func (f *treeFinder) output(s *store.Store, r *store.Record) (diff.Tree, error) {
	m, err := s.Manifest(r)
	return diff.Tree{Dir: filepath.Join(s.Dir(), r.Path), Manifest: m, Name: r.Path}, err
}

// folder is a tree on disk. Links that lead to it are followed, those to the
// store's logical path, such as parts/zlib, wherever the store is.
func (f *treeFinder) folder(word string) (diff.Tree, error) {
	dir, err := filepath.Abs(word)
	if err != nil {
		return diff.Tree{}, fmt.Errorf("find folder: %w", err)
	}
	dir = logical(dir)
	physical, err := f.config.storeDir()
	if err != nil {
		return diff.Tree{}, err
	}
	if rest, ok := strings.CutPrefix(dir, store.Logical+"/"); ok {
		dir = filepath.Join(physical, rest)
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	} else if !errors.Is(err, fs.ErrNotExist) {
		return diff.Tree{}, fmt.Errorf("find folder: %w", err)
	}
	if !within(physical, dir) {
		return existing(dir)
	}
	return f.inStore(physical, dir)
}

// logical is where a path leads when one of its folders, such as parts/zlib, is
// a link into the store: there is nothing at its end when the store is elsewhere.
func logical(path string) string {
	for dir := path; dir != "/"; dir = filepath.Dir(dir) {
		if target, err := os.Readlink(dir); err == nil && within(store.Logical, target) {
			return target + strings.TrimPrefix(path, dir)
		}
	}
	return path
}

// inStore is an output, or a folder in one.
func (f *treeFinder) inStore(physical, dir string) (diff.Tree, error) {
	base, rest, _ := strings.Cut(strings.TrimPrefix(dir, physical+"/"), "/")
	if strings.HasPrefix(base, ".") { // the store's own: a failed build, ...
		return existing(dir)
	}
	s, err := f.open()
	if err != nil {
		return diff.Tree{}, err
	}
	r, err := s.Find(base)
	if err != nil {
		return diff.Tree{}, err
	}
	if rest == "" {
		return f.output(s, r)
	}
	t, err := existing(dir)
	t.Name = r.Path
	return t, err
}

func existing(dir string) (diff.Tree, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: dir, Err: errors.New("it is no folder")}
	}
	return diff.Tree{Dir: dir}, err
}

func within(folder, path string) bool {
	return strings.HasPrefix(path, folder+"/")
}

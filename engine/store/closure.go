package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Closure lists the given outputs (base names) and everything that they refer
// to, directly or not, sorted. All must be in the store, or it is ErrAbsent.
func (s *Store) Closure(paths []string) ([]string, error) {
	seen := map[string]bool{}
	todo := slices.Clone(paths)
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p] {
			continue
		}
		references, err := s.references(p)
		if err != nil {
			return nil, fmt.Errorf("closure: %w", err)
		}
		seen[p] = true
		todo = append(todo, references...)
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// Surviving is Closure of those of the outputs (base names) that the store has with
// all that they refer to: what a build could see, as far as it is still there. An
// output outlives the inputs of its build.
func (s *Store) Surviving(paths []string) ([]string, error) {
	seen := map[string]bool{}
	for _, path := range paths {
		closure, err := s.Closure([]string{path})
		if errors.Is(err, ErrAbsent) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, p := range closure {
			seen[p] = true
		}
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// references are those of one output.
func (s *Store) references(path string) ([]string, error) {
	r, err := s.recorded(path)
	if err != nil {
		return nil, err
	}
	return r.References, nil
}

// recorded is the record of an output (a base name). The name is checked with
// the hash: a path that only shares the hash is another one.
func (s *Store) recorded(path string) (*Record, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	r, err := s.read(path[:hashLength])
	if errors.Is(err, fs.ErrNotExist) || err == nil && (r.Failed || r.Path != path) {
		return nil, fmt.Errorf("%s: %w", path, ErrAbsent)
	}
	return r, err
}

// Record is that of a finished output (a base name). ErrAbsent when there is
// none, or somebody removed its tree.
func (s *Store) Record(path string) (*Record, error) {
	r, err := s.recorded(path)
	if err != nil {
		return nil, err
	}
	if _, ok, err := s.Lookup(r.Key); err != nil || !ok {
		return nil, cmp.Or(err, fmt.Errorf("%s: %w", path, ErrAbsent))
	}
	return r, nil
}

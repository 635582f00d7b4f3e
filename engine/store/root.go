package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// AddRoot makes every link in folder (absolute) that leads to an output a root
// of the garbage collector, for as long as it is there.
func (s *Store) AddRoot(folder string) error {
	if !filepath.IsAbs(folder) {
		return fmt.Errorf("add a root: %q is no absolute path", folder)
	}
	sum := sha256.Sum256([]byte(folder))
	name := s.meta("roots", hex.EncodeToString(sum[:16]))
	if there, err := os.Readlink(name); err == nil && there == folder {
		return nil
	}
	if err := os.Symlink(folder, name); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("add a root: %w", err)
	}
	return nil
}

// Pin keeps an output (base name) until it is unpinned.
func (s *Store) Pin(path string) error {
	if _, err := s.references(path); err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	if err := s.write(nil, "pin", path); err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	return nil
}

// Unpin is the opposite; ErrAbsent when the output was not pinned.
func (s *Store) Unpin(path string) error {
	if err := checkPath(path); err != nil {
		return fmt.Errorf("unpin: %w", err)
	}
	err := os.Remove(s.meta("pin", path))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unpin %s: it is not pinned: %w", path, ErrAbsent)
	}
	if err != nil {
		return fmt.Errorf("unpin: %w", err)
	}
	return nil
}

// Pins lists the pinned outputs, sorted.
func (s *Store) Pins() ([]string, error) {
	entries, err := os.ReadDir(s.meta("pin"))
	if err != nil {
		return nil, fmt.Errorf("list pins: %w", err)
	}
	var all []string
	for _, e := range entries {
		if checkPath(e.Name()) == nil {
			all = append(all, e.Name())
		}
	}
	return all, nil
}

// Root is why an output is kept.
type Root struct {
	Path string `json:"path"` // base name of the output
	// From is the link that leads to it, absolute, or "pin".
	From string `json:"from"`
}

// outputIn is the output that a link leads to, "" when to none. A store has
// several names where links lead to it: the output's own name is enough.
func outputIn(target string) string {
	for component := range strings.SplitSeq(target, "/") {
		if checkPath(component) == nil {
			return component
		}
	}
	return ""
}

// Roots lists every root that is there now, but for those of running
// processes, sorted by output.
func (s *Store) Roots() ([]Root, error) { return s.roots(false) }

// roots forgets folders that are gone, when it is told to: looking at a store
// while a disk is not mounted must not cost what lies on it.
func (s *Store) roots(forget bool) ([]Root, error) {
	entries, err := os.ReadDir(s.meta("roots"))
	if err != nil {
		return nil, fmt.Errorf("list roots: %w", err)
	}
	found := map[Root]bool{}
	for _, e := range entries {
		folder, err := os.Readlink(s.meta("roots", e.Name()))
		if err != nil {
			continue // no link: nothing of ours
		}
		links, err := os.ReadDir(folder)
		if errors.Is(err, fs.ErrNotExist) {
			if !forget {
				continue
			}
			if err := os.Remove(s.meta("roots", e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("forget a root: %w", err)
			}
			continue
		}
		if err != nil {
			// It may be unreadable today, or on a disk that is not mounted
			// by root's will: what it holds is unknown, so nothing is safe.
			return nil, fmt.Errorf("read the roots in %s: %w; delete %s if that project is gone", folder, err, s.meta("roots", e.Name()))
		}
		for _, l := range links {
			link := filepath.Join(folder, l.Name())
			if target, err := os.Readlink(link); err == nil && outputIn(target) != "" {
				found[Root{outputIn(target), link}] = true
			}
		}
	}
	pins, err := s.Pins()
	for _, p := range pins {
		found[Root{p, "pin"}] = true
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b Root) int {
		return slices.Compare([]string{a.Path, a.From}, []string{b.Path, b.From})
	}), err
}

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest/tree"
)

// Store is an open store. It is safe for concurrent use, by any number of
// processes.
type Store struct {
	dir     string
	own     string // this process's folder below staging; "" on a full disk
	ownLock *flock.Flock
}

// Open opens the store at dir, creates what is missing, and removes what dead
// processes left unfinished.
func Open(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{dir: dir}
	for _, f := range folders {
		if err := makeFolder(s.meta(f), 0o755); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	if err := s.claimStaging(); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return s, nil
}

// OpenToFree opens the store to collect garbage: also where the disk is too
// full for this process to get a folder of its own. Nothing else works then.
func OpenToFree(dir string) (*Store, error) {
	s, err := Open(dir)
	if !IsFull(err) {
		return s, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return &Store{dir: dir}, nil
}

// ErrNoStore says that a folder holds no store.
var ErrNoStore = errors.New("no store")

// OpenToRead opens a store that may be another user's or another machine's, and
// changes nothing in it: records and manifests can be read, nothing else works.
// ErrNoStore when there is none.
func OpenToRead(dir string) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{dir: dir}
	if info, err := os.Stat(s.meta("record")); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("open %s: %w: it has no folder .belljar/record", dir, ErrNoStore)
	}
	return s, nil
}

// IsFull tells errors of a disk, or of somebody's share of it, that is full.
func IsFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}

// Close removes this process's unfinished work. A process that ends without
// it leaves that to the next [Open].
func (s *Store) Close() error {
	if s.own == "" {
		return nil
	}
	return removeStaging(stale{s.own, s.ownLock})
}

// Scratch is a folder of this process's own, removed by [Store.Close].
func (s *Store) Scratch() string { return s.own }

// RemoveTree deletes the tree at path as its owner can, read-only and deep
// ones too, and follows no link: [tree.Remove].
func RemoveTree(path string) error {
	return tree.Remove(path)
}

// removeStaging removes a process's folder, its lock last: the folder is never
// there without one.
func removeStaging(p stale) error {
	return errors.Join(tree.Remove(p.dir), tree.Remove(p.dir+lockSuffix), p.lock.Unlock())
}

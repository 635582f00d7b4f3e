package store

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/gofrs/flock"

	"belljar.build/engine/manifest/tree"
)

const lockSuffix = ".lock"

// stale is the staging folder of a process, and its lock, held by us.
type stale struct {
	dir  string
	lock *flock.Flock
}

// claimStaging makes this process's folder and removes those of dead
// processes. One lock covers all claiming and looking around, because between
// its creation and its locking a lock file looks like that of the dead.
func (s *Store) claimStaging() error {
	guard := newLock(s.meta("lock", "staging"+lockSuffix))
	if err := guard.Lock(); err != nil {
		return fmt.Errorf("lock the staging folder: %w", err)
	}
	dead, err := s.findStale()
	if err == nil {
		err = s.claimOwn()
	}
	// What is stale is locked by us now: removing it, which may take long,
	// needs no guard.
	err = errors.Join(err, guard.Unlock())
	for _, p := range dead {
		// What cannot be removed is in nobody's way, and the next process
		// tries again: a hostile build must not keep a store closed.
		_ = removeStaging(p)
	}
	if len(dead) > 0 && IsFull(err) { // there may be room now
		return s.claimStaging()
	}
	return err
}

func (s *Store) claimOwn() error {
	dir := s.meta("staging", rand.Text())
	lock := newLock(dir + lockSuffix)
	if locked, err := lock.TryLock(); err != nil || !locked {
		return fmt.Errorf("lock a new staging folder: %w", err)
	}
	// A build may leave set-id files in it. Nobody else gets through, not
	// even the builds: what they see is bound, not walked to.
	if err := makeFolder(dir, 0o700); err != nil {
		return errors.Join(fmt.Errorf("make a staging folder: %w", err), tree.Remove(lock.Path()), lock.Unlock())
	}
	s.own, s.ownLock = dir, lock
	return nil
}

// findStale takes the lock of every staging folder whose process is dead.
func (s *Store) findStale() ([]stale, error) {
	entries, err := os.ReadDir(s.meta("staging"))
	if err != nil {
		return nil, fmt.Errorf("list staging folders: %w", err)
	}
	var found []stale
	seen := map[string]bool{}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), lockSuffix)
		if seen[name] {
			continue
		}
		seen[name] = true
		dir := s.meta("staging", name)
		lock := newLock(dir + lockSuffix)
		locked, err := lock.TryLock()
		if err != nil {
			return found, fmt.Errorf("look at a staging folder: %w", err)
		}
		if locked {
			found = append(found, stale{dir, lock})
		} else if err := lock.Close(); err != nil {
			return found, fmt.Errorf("look at a staging folder: %w", err)
		}
	}
	return found, nil
}

// newLock is a lock file that others may read, to see who holds it.
func newLock(path string) *flock.Flock {
	return flock.New(path, flock.SetPermissions(0o644))
}

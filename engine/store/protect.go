package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// A process says which outputs it is about before it looks for them, in the
// file roots of its staging folder. The garbage collector reads those of all
// living processes while it alone holds the collector's lock, and makes
// what it deletes absent before it gives the lock back. So what a process has
// named and then found stays until the process ends.
const (
	rootsFile     = "roots"
	collectorLock = "collector" + lockSuffix
)

// Protect keeps the named outputs (base names), there or not yet there, from
// the garbage collector until this store is closed.
func (s *Store) Protect(paths []string) (err error) {
	for _, p := range paths {
		if err := checkPath(p); err != nil {
			return fmt.Errorf("protect outputs: %w", err)
		}
	}
	guard := newLock(s.meta("lock", collectorLock))
	if err := guard.RLock(); err != nil {
		return fmt.Errorf("protect outputs: %w", err)
	}
	defer func() { err = errors.Join(err, guard.Unlock()) }()
	f, err := os.OpenFile(filepath.Join(s.own, rootsFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("protect outputs: %w", err)
	}
	_, err = f.WriteString(strings.Join(append(paths, ""), "\n"))
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("protect outputs: %w", err)
	}
	return nil
}

// protected lists what living processes named, others than this one. The
// caller holds the collector's lock.
func (s *Store) protected() (map[string]bool, error) {
	entries, err := os.ReadDir(s.meta("staging"))
	if err != nil {
		return nil, fmt.Errorf("list staging folders: %w", err)
	}
	all := map[string]bool{}
	for _, e := range entries {
		// A dead process's are taken for a living one's until [Open] has
		// cleared them: that only keeps more.
		text, err := os.ReadFile(s.meta("staging", e.Name(), rootsFile))
		if errors.Is(err, fs.ErrNotExist) || err != nil && !e.IsDir() {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read what a process needs: %w", err)
		}
		for _, p := range strings.Fields(string(text)) {
			all[p] = true
		}
	}
	return all, nil
}

// usedEvery is how exactly the time of an output's last use is known.
const usedEvery = time.Hour

// Used notes that an output is of use today: its record's time of change is
// that of the last use. Not being able to tell is no reason to stop.
func (s *Store) Used(r *Record) {
	name := s.meta("record", r.Key[:hashLength]+".json")
	if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > usedEvery {
		_ = os.Chtimes(name, time.Time{}, time.Now())
	}
}

// lockCollector waits for the processes that are just naming their outputs.
func (s *Store) lockCollector() (*flock.Flock, error) {
	guard := newLock(s.meta("lock", collectorLock))
	if err := guard.Lock(); err != nil {
		return nil, fmt.Errorf("lock the store for the garbage collector: %w", err)
	}
	return guard, nil
}

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/engine/action"
	"belljar.build/engine/manifest/tree"
)

// Staging is where one build happens, on the store's own file system, so that
// a finished output only needs a rename. One goroutine uses it at a time.
type Staging struct {
	store *Store
	dir   string
	key   string
	name  string
	made  time.Time
	// disk is the file system, open since before the build wrote anything:
	// so the last flush reports every write that failed meanwhile.
	disk *os.File
}

// NewStaging makes a fresh area for the output of key.
func (s *Store) NewStaging(key, name string) (_ *Staging, err error) {
	if err := errors.Join(checkKey(key), action.CheckName(name)); err != nil {
		return nil, fmt.Errorf("make staging folder: %w", err)
	}
	g := &Staging{store: s, key: key, name: name, made: time.Now()}
	if g.disk, err = os.Open(s.dir); err != nil {
		return nil, fmt.Errorf("make staging folder: %w", err)
	}
	if g.dir, err = os.MkdirTemp(s.own, key[:8]+"-"); err != nil {
		return nil, errors.Join(fmt.Errorf("make staging folder: %w", err), g.disk.Close())
	}
	if err := g.fill(); err != nil {
		return nil, errors.Join(fmt.Errorf("make staging folder: %w", err), g.Discard())
	}
	return g, nil
}

// fill makes the area's folders. Neither the umask nor a set-group-id bit of
// the folders above may show in a build.
func (g *Staging) fill() error {
	if err := os.Chmod(g.dir, 0o700); err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		mode os.FileMode
	}{{"out", 0o755}, {"build", 0o755}, {"root", 0o755}, {"tmp", 0o777 | os.ModeSticky}} {
		if err := os.Mkdir(g.Path(f.name), 0o700); err != nil {
			return err
		}
		if err := os.Chmod(g.Path(f.name), f.mode); err != nil {
			return err
		}
	}
	return nil
}

// Path is one of the area's folders: "out" for the output, "build", "tmp", and
// "root", an empty mount point.
func (g *Staging) Path(folder string) string { return filepath.Join(g.dir, folder) }

// Discard removes the area. What was published or kept is no longer in it.
// Discarding twice is no error.
func (g *Staging) Discard() error {
	err := tree.Remove(g.dir)
	if g.disk != nil {
		err = errors.Join(err, g.disk.Close())
		g.disk = nil
	}
	return err
}

// Keep saves the work folder and the unfinished output of a failed build for
// a person to look at, as "build" and "out", replacing those of an earlier
// failure, and returns where. It also leaves a record of the failure, unless
// the key has an output.
func (g *Staging) Keep() (string, error) {
	kept := g.store.meta("failed", action.PathName(g.key, g.name))
	if err := g.keep(kept); err != nil {
		return "", fmt.Errorf("keep the failed build: %w", err)
	}
	if err := g.recordFailure(); err != nil {
		return kept, fmt.Errorf("keep the failed build: %w", err)
	}
	return kept, nil
}

// Kept is where a failed build's "build" and "out" were kept; ErrNotKept when
// they were not, or are gone. The caller holds the key's lock.
func (s *Store) Kept(key, name string) (string, error) {
	if err := errors.Join(checkKey(key), action.CheckName(name)); err != nil {
		return "", fmt.Errorf("find the failed build: %w", err)
	}
	kept := s.meta("failed", action.PathName(key, name))
	if _, err := os.Stat(filepath.Join(kept, "build")); err != nil {
		return "", fmt.Errorf("%s: %w", name, ErrNotKept)
	}
	return kept, nil
}

// DropKept removes what was kept of a failed build of key: it has an output
// now. The caller holds the key's lock.
func (s *Store) DropKept(key, name string) error {
	if err := errors.Join(checkKey(key), action.CheckName(name)); err != nil {
		return fmt.Errorf("remove the failed build: %w", err)
	}
	return tree.Remove(s.meta("failed", action.PathName(key, name)))
}

// keep collects the folders first, so that they appear in one step.
func (g *Staging) keep(kept string) error {
	collected := g.Path("kept")
	// A failed build's files are nobody else's business, and what it made
	// set-id must not outlive it.
	if err := makeFolder(collected, 0o700); err != nil {
		return err
	}
	for _, folder := range []string{"build", "out"} {
		// Moving a folder takes the right to write it; the build may have
		// given that away.
		if err := os.Chmod(g.Path(folder), 0o755); err != nil {
			return err
		}
		if err := disarm(g.Path(folder)); err != nil {
			return err
		}
		if err := os.Rename(g.Path(folder), filepath.Join(collected, folder)); err != nil {
			return err
		}
	}
	if err := tree.Remove(kept); err != nil {
		return err
	}
	return os.Rename(collected, kept)
}

// disarm takes the set-id bits away, and, as root, the build's ownership.
func disarm(dir string) error {
	root, err := tree.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return root.Walk(func(e *tree.Entry) error {
		if os.Geteuid() == 0 {
			if err := e.Chown(0, 0); err != nil {
				return err
			}
		}
		if perm := e.Perm(); e.Type() != unix.S_IFLNK && (perm&0o6000 != 0 || e.Type() == unix.S_IFDIR && perm&0o700 != 0o700) {
			return e.Chmod(perm&0o777 | 0o700)
		}
		return nil
	})
}

func (g *Staging) recordFailure() error {
	// A record of an output stays, even of one whose tree is gone: it says what
	// the next build is to be compared with.
	if there, err := g.store.lookup(g.key); err != nil || there != nil && !there.Failed {
		return err
	}
	r := g.store.newRecord(g.key, g.name)
	r.Failed = true
	r.Started, r.Seconds = g.times(PublishOptions{})
	return g.store.writeRecord(r)
}

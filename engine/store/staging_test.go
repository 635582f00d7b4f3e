package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"belljar.build/engine/action"
)

// The work of a dead process goes, read-only or not; that of the living stays.
func TestOpenClearsStaleStaging(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	// What the living one holds, testing's own cleaning could not remove.
	t.Cleanup(func() { must(t, RemoveTree(dir)) })
	dead := start(t, "staging", dir, keyOf(1))
	alive := start(t, "staging", dir, keyOf(2))
	dead.kill()
	s, err := Open(dir)
	must(t, err)
	defer s.Close()
	if exists(dead.said) || exists(dead.said+lockSuffix) {
		t.Errorf("%s is still there", dead.said)
	}
	if !exists(alive.said) || !exists(alive.said+lockSuffix) {
		t.Errorf("%s of a living process is gone", alive.said)
	}
	if !exists(s.Scratch()) {
		t.Error("our own folder is gone")
	}
}

// Killed between making the folder and anything else: nothing must be
// mistaken for a living process, and what is no folder of ours goes too.
func TestOpenClearsHalfMadeStaging(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	staging := filepath.Join(dir, ".belljar/staging")
	must(t, os.MkdirAll(filepath.Join(staging, "no-lock/x"), 0o755))
	must(t, os.WriteFile(filepath.Join(staging, "no-folder.lock"), nil, 0o644))
	s, err := Open(dir)
	must(t, err)
	must(t, s.Close())
	if entries, err := os.ReadDir(staging); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Between its creation and its locking, a lock file looks like that of a dead
// process. While somebody is at that point, nobody may look around.
func TestOpenWaitsForClaims(t *testing.T) {
	s := open(t)
	guard := newLock(s.meta("lock", "staging"+lockSuffix))
	must(t, guard.Lock())
	claim := s.meta("staging", "half-way")
	must(t, os.WriteFile(claim+lockSuffix, nil, 0o644))
	done := make(chan error, 1)
	go func() {
		other, err := Open(s.dir)
		if err == nil {
			err = other.Close()
		}
		done <- err
	}()
	waitForFlock(t, guard.Path(), done)
	if !exists(claim + lockSuffix) {
		t.Error("a lock file was removed before it could be locked")
	}
	must(t, guard.Unlock())
	must(t, <-done)
}

// waitForFlock returns once somebody waits for the lock at path, as the kernel
// lists it, and fails if done comes first.
func waitForFlock(t *testing.T, path string, done <-chan error) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	inode := fmt.Sprintf(":%d 0 EOF", info.Sys().(*syscall.Stat_t).Ino)
	for {
		select {
		case err := <-done:
			t.Fatalf("it did not wait for the lock (%v)", err)
		case <-time.After(time.Millisecond):
		}
		locks, err := os.ReadFile("/proc/locks")
		must(t, err)
		for line := range strings.Lines(string(locks)) {
			if strings.Contains(line, "-> FLOCK") && strings.Contains(line, inode) {
				return
			}
		}
	}
}

func TestOpenAtTheSameTime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	for range 10 {
		openAtOnce(t, dir, 8)
	}
}

func openAtOnce(t *testing.T, dir string, processes int) {
	t.Helper()
	var wait sync.WaitGroup
	for range processes {
		wait.Go(func() {
			s, err := Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			if g, err := s.NewStaging(keyOf(1), "demo-1.0"); err != nil {
				t.Errorf("our folder was taken away: %v", err)
			} else if err := g.Discard(); err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// Neither the umask nor who made the store shows in a build's folders.
func TestNewStagingModes(t *testing.T) {
	g := stage(t, open(t), keyOf(1))
	for folder, want := range map[string]os.FileMode{
		"out": 0o755, "build": 0o755, "root": 0o755, "tmp": 0o777 | os.ModeSticky,
	} {
		info, err := os.Stat(g.Path(folder))
		must(t, err)
		if got := info.Mode() &^ os.ModeDir; got != want {
			t.Errorf("%s has mode %v, want %v", folder, got, want)
		}
	}
}

func TestDiscard(t *testing.T) {
	s := open(t)
	g, err := s.NewStaging(keyOf(1), "demo-1.0")
	must(t, err)
	must(t, os.Mkdir(g.Path("build/sub"), 0o755))
	must(t, os.Chmod(g.Path("build"), 0))
	must(t, g.Discard())
	must(t, g.Discard())
	if entries, err := os.ReadDir(s.own); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestKeep(t *testing.T) {
	s := open(t)
	k := keyOf(1)
	var kept string
	for _, attempt := range []string{"first", "second"} {
		g := stage(t, s, k)
		must(t, os.WriteFile(g.Path("build/"+attempt), nil, 0o644))
		must(t, os.WriteFile(g.Path("out/"+attempt), nil, 0o644))
		must(t, os.Chmod(g.Path("build"), 0o555))
		var err error
		kept, err = g.Keep()
		must(t, err)
		must(t, g.Discard())
	}
	if want := s.meta("failed", action.PathName(k, "demo-1.0")); kept != want {
		t.Errorf("kept at %s, want %s", kept, want)
	}
	for _, folder := range []string{"build", "out"} {
		if !exists(filepath.Join(kept, folder, "second")) || exists(filepath.Join(kept, folder, "first")) {
			t.Errorf("%s is not that of the second attempt", folder)
		}
	}
	if r, ok, err := s.LookupFailure(k); err != nil || !ok || !r.Failed || r.Manifest != "" {
		t.Errorf("failure is %+v, %v, %v", r, ok, err)
	}
	must(t, os.Mkdir(filepath.Join(s.dir, action.PathName(k, "demo-1.0")), 0o755))
	if lookup(t, s, k) {
		t.Error("a failure beside an orphan was found as an output")
	}
	if _, err := s.Closure([]string{action.PathName(k, "demo-1.0")}); !errors.Is(err, ErrAbsent) {
		t.Errorf("closure of a failure: %v, want ErrAbsent", err)
	}
	publish(t, s, k, "at last")
	if _, failed, err := s.LookupFailure(k); err != nil || failed || !lookup(t, s, k) {
		t.Errorf("after success: failed %v, %v", failed, err)
	}
}

// A failed rebuild says nothing against the output that is there.
func TestKeepBesideOutput(t *testing.T) {
	s := open(t)
	publish(t, s, keyOf(1), "good")
	_, err := stage(t, s, keyOf(1)).Keep()
	must(t, err)
	if !lookup(t, s, keyOf(1)) {
		t.Error("the output is gone")
	}
}

func TestNewStagingRefuses(t *testing.T) {
	s := open(t)
	for _, tt := range []struct{ key, name string }{
		{"short", "a"}, {keyOf(1), ""}, {keyOf(1), "../a"}, {keyOf(1), "a/b"}, {keyOf(1)[:63] + "G", "a"},
	} {
		if _, err := s.NewStaging(tt.key, tt.name); err == nil {
			t.Errorf("%q %q was accepted", tt.key, tt.name)
		}
	}
}

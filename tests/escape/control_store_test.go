package escape

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// More of the harness's own tests: what builds leave in a store.

// fakeStore has a finished output, a kept failure and a folder of a build.
func fakeStore(t *testing.T) string {
	t.Helper()
	store := filepath.Join(t.TempDir(), "store")
	for _, dir := range []string{"0-neighbour", ".belljar/failed/x/build", ".belljar/staging/y"} {
		if err := os.MkdirAll(filepath.Join(store, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"0-neighbour/file", ".belljar/failed/x/build/file"} {
		if err := os.WriteFile(filepath.Join(store, file), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

func TestStoreChecksFindWhatBuildsLeft(t *testing.T) {
	for name, do := range map[string]func(store string) error{
		"set-user-id":     func(s string) error { return os.Chmod(s+"/0-neighbour/file", 0o755|os.ModeSetuid) },
		"set-group-id":    func(s string) error { return os.Chmod(s+"/0-neighbour/file", 0o755|os.ModeSetgid) },
		"set-id, failed":  func(s string) error { return newFailure(s, 0o700, 0o755|os.ModeSetuid) },
		"open failure":    func(s string) error { return newFailure(s, 0o755, 0o644) },
		"fifo":            func(s string) error { return errors.Join(os.Mkdir(s+"/new", 0o755), unix.Mkfifo(s+"/new/fifo", 0o600)) },
		"changed output":  func(s string) error { return os.WriteFile(s+"/0-neighbour/file", []byte("x"), 0o644) },
		"opened store":    func(s string) error { return os.Chmod(s, 0o777) },
		"opened parent":   func(s string) error { return os.Chmod(filepath.Dir(s), 0o777) },
		"opened .belljar": func(s string) error { return os.Chmod(s+"/.belljar/staging", 0o777) },
	} {
		t.Run(name, func(t *testing.T) {
			store := fakeStore(t)
			before, err := listStore(store)
			if err != nil {
				t.Fatal(err)
			}
			if found := checkStore(store, before); len(found) > 0 {
				t.Fatalf("nothing has changed: %v", found)
			}
			if err := do(store); err != nil {
				t.Fatal(err)
			}
			if len(checkStore(store, before)) == 0 {
				t.Error("not found")
			}
		})
	}
}

// newFailure is a failed build of this run: its folder and a file in it.
func newFailure(store string, folder, file os.FileMode) error {
	dir := store + "/.belljar/failed/new"
	if err := os.Mkdir(dir, folder); err != nil {
		return err
	}
	name := dir + "/file"
	return errors.Join(os.Chmod(dir, folder), os.WriteFile(name, nil, 0o644), os.Chmod(name, file))
}

func TestWatchFindsOpenStaging(t *testing.T) {
	store := fakeStore(t)
	watched := watchStaging(store)
	if err := os.Chmod(store+"/.belljar/staging/y", 0o711); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		if len(openStaging(store)) > 0 {
			break
		}
	}
	if found := watched(); len(found) == 0 {
		t.Error("not found")
	}
}

func TestOutputsAreComparedWithTheirManifests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	line := []string{"file", "file", "0644", "1", "sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}
	if checkEntry(filepath.Dir(file), line) == "" {
		t.Error("a file of today was not found")
	}
	setOld(t, file)
	if got := checkEntry(filepath.Dir(file), line); got != "" {
		t.Error(got)
	}
	if err := os.WriteFile(file, []byte("y"), 0o644); err != nil {
		t.Fatal(err)
	}
	setOld(t, file)
	if checkEntry(filepath.Dir(file), line) == "" {
		t.Error("another content was not found")
	}
}

func setOld(t *testing.T, file string) {
	t.Helper()
	old := []unix.Timeval{{Sec: 315532800}, {Sec: 315532800}}
	if err := unix.Utimes(file, old); err != nil {
		t.Fatal(err)
	}
}

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestIsFull(t *testing.T) {
	for err, want := range map[error]bool{
		nil:               false,
		errors.New("any"): false,
		&os.PathError{Op: "write", Path: "x", Err: unix.ENOSPC}: true,
		fmt.Errorf("write x: %w", unix.EDQUOT):                  true,
	} {
		if got := IsFull(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}

// A store without a folder of this process's own, as on a full disk, collects
// garbage in place.
func TestCollectWithoutStaging(t *testing.T) {
	s := open(t)
	keep, drop := publish(t, s, keyOf(1), "keep"), publish(t, s, keyOf(2), "drop")
	must(t, s.Pin(keep.Path))
	must(t, os.Chmod(filepath.Join(s.dir, drop.Path), 0o500))
	full := &Store{dir: s.dir}
	result, err := full.GC(t.Context(), GCOptions{})
	must(t, err)
	must(t, full.Close())
	if result.Deleted != 1 || lookup(t, s, keyOf(2)) || !lookup(t, s, keyOf(1)) || len(outputs(t, s)) != 1 {
		t.Errorf("%+v, %v", result, outputs(t, s))
	}
	damage(t, s)
}

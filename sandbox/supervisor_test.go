package sandbox

import (
	"fmt"
	"io/fs"
	"testing"

	"golang.org/x/sys/unix"
)

func TestIsRefusal(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{fmt.Errorf("make a namespace: %w", unix.EPERM), true},
		{fmt.Errorf("mount: %w", &fs.PathError{Op: "open", Path: "/proc/self/ns/mnt", Err: unix.EACCES}), true},
		{fmt.Errorf("start: %w", &fs.PathError{Op: "open", Path: "/proc/11/ns/mnt", Err: unix.EACCES}), false}, // killed
		{fmt.Errorf("write: %w", unix.ENOSPC), false},
	} {
		if got := isRefusal(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}

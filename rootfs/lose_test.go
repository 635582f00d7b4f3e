package rootfs

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// lose takes every capability from the thread of this test for good: it is
// never unlocked, so the runtime ends it with the test's goroutine.
func lose(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		t.Fatal(err)
	}
}

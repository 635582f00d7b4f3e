package sandbox_test

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestCallersKeyringStaysOutside gives this process a session keyring with a
// secret in it, which every child inherits, and looks for it inside.
func TestCallersKeyringStaysOutside(t *testing.T) {
	runtime.LockOSThread() // a keyring is the thread's; the supervisor is started from it
	defer runtime.UnlockOSThread()
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.AddKey("user", secretKey, []byte("x"), unix.KEY_SPEC_SESSION_KEYRING); err != nil {
		t.Fatal(err)
	}
	if got := findSecret(); got != "found" {
		t.Fatalf("outside: %s", got)
	}
	b := newBench(t)
	status, output, err := b.run(t.Context(), order{Keyring: true})
	if err != nil || status != unix.ENOSYS.Error() {
		t.Errorf("inside: %q, %v\n%s", status, err, output)
	}
}

const secretKey = "belljar-test-secret"

// findSecret looks for the key in the calling thread's session keyring.
func findSecret() string {
	if _, err := unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, "user", secretKey, 0); err != nil {
		return err.Error()
	}
	return "found"
}

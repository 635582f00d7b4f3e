package seccomp_test

import (
	"errors"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"belljar.build/seccomp"
)

// TestAsked sees to it that nobody is asked about a call that the policy refuses
// in some of its forms: his consent would undo the refusal.
func TestAsked(t *testing.T) {
	for name, want := range map[string]bool{
		"getrandom": true, "newfstatat": true, "getdents64": true, "utimensat": true,
		"openat": false, "clone": false, "ptrace": false, "ioctl": false, "mount": false, "uname": false, "no_such_call": false,
	} {
		asked, err := seccomp.Asked(seccomp.Policy(), []specs.LinuxSyscall{{Names: []string{name}, Action: specs.ActNotify}})
		if want != (err == nil) || !want && !errors.Is(err, seccomp.ErrPolicy) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		if _, err := seccomp.Compile(asked); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

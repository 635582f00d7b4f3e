package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// rootOf opens the root of the sandbox whose PID 1 is init; nil when that is
// dead already. The kernel refuses the root of a process that is ending to all
// but real root, so a refusal counts only when PID 1 goes on living.
func rootOf(init int) (*os.File, error) {
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		root, err := os.Open(fmt.Sprintf("/proc/%d/root", init))
		switch {
		case err == nil:
			return root, nil
		case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ESRCH), isDead(init):
			return nil, nil
		case !errors.Is(err, unix.EACCES) || time.Now().After(deadline):
			return nil, fmt.Errorf("open the sandbox's root: %w", err)
		}
	}
}

// isDead tells whether nothing but a process's exit status is left.
func isDead(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return strings.HasPrefix(state, "Z") || strings.HasPrefix(state, "X")
}

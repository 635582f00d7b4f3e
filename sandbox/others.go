package sandbox

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long the kernel may take to end what was killed.
const patience = 30 * time.Second

// EndOthers kills every process of the sandbox but PID 1 and the caller, and
// returns when they are gone: what works on a build's files by their names
// must not do so beside a process that changes them. Outside a sandbox it does
// nothing.
func (t Task) EndOthers() error {
	if !t.alone || os.Getuid() == 0 || os.Getppid() != 1 {
		return nil
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		// A build may have made one of its processes a child of ours.
		for pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err == nil && pid > 0; {
			pid, err = unix.Wait4(-1, nil, unix.WNOHANG, nil)
		}
		switch err := unix.Kill(-1, unix.SIGKILL); {
		case err == unix.ESRCH: // nobody is left
			return nil
		case err != nil:
			return fmt.Errorf("end the build's processes: %w", err)
		case time.Now().After(deadline):
			return errors.New("end the build's processes: they do not end")
		}
	}
}

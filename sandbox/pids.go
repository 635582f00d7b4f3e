package sandbox

/*
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

// A child that shares our memory and ends at once: the quickest way to use up a
// process id.
static int belljar_spend(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return pid;
}
*/
import "C"

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// pidStep is the distance between numbers that the first process of a step can
// have.
const pidStep = 100

// AlignPids uses process ids up until the next one lies n above a multiple of
// 100. How many the program's own threads took is chance; what the build sees
// of them need not be. 0 does nothing.
func (t Task) AlignPids(n int) error {
	if n == 0 || !t.alone {
		return nil
	}
	for range 10 * pidStep { // a thread of ours may take the wanted one
		pid := int(C.belljar_spend())
		if pid < 0 {
			return fmt.Errorf("use up process ids: %w", unix.Errno(-pid))
		}
		if (pid+1-n)%pidStep == 0 {
			return nil
		}
	}
	return nil
}

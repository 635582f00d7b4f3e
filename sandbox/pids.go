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
	"runtime"
	"sync"

	"golang.org/x/sys/unix"
)

// pidStep is the distance between numbers that the first process of a step can
// have.
const pidStep = 100

// AlignPids uses process ids up until the next one lies n above a multiple of
// 100, and not above 0: the program has the first few. How many the program's own threads took is chance; what the build sees
// of them need not be. 0 does nothing.
func (t Task) AlignPids(n int) error {
	if n == 0 || !t.alone {
		return nil
	}
	restThreads()
	for range 10 * pidStep { // a thread of ours may take the wanted one
		pid := int(C.belljar_spend())
		if pid < 0 {
			return fmt.Errorf("use up process ids: %w", unix.Errno(-pid))
		}
		if pid >= pidStep && (pid+1-n)%pidStep == 0 {
			return nil
		}
	}
	return nil
}

// restThreads leaves the program with more idle threads than it needs: one that
// it started later, beside a step, would take an id in the middle of it.
func restThreads() {
	const enough, asleep = 8, 20e6 // nanoseconds
	var threads sync.WaitGroup
	for range enough {
		threads.Go(func() {
			runtime.LockOSThread() // each on one of its own, which stays when it is done
			defer runtime.UnlockOSThread()
			_ = unix.Nanosleep(&unix.Timespec{Nsec: asleep}, nil)
		})
	}
	threads.Wait()
}

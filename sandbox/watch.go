package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// watchPeriod is how often the processes of a sandbox are counted.
const watchPeriod = 200 * time.Millisecond

// watch looks at a sandbox from outside while it runs: how many processes it
// has and, where there is no cgroup to bound it, how much memory.
type watch struct {
	proc   *os.File // the sandbox's own /proc: its processes and nobody else
	limits Limits
	memory bool // count it
	over   atomic.Bool
	peak   atomic.Int64 // of threads
}

// startWatch watches the sandbox whose PID 1 is init, until done is closed;
// kill ends it when it takes more memory than it may.
func startWatch(init int, l Limits, memory bool, done <-chan struct{}, kill func()) (*watch, error) {
	proc, err := os.Open(fmt.Sprintf("/proc/%d/root/proc", init))
	if err != nil {
		return nil, fmt.Errorf("watch the sandbox: %w", err)
	}
	w := &watch{proc: proc, limits: l, memory: memory}
	go func() {
		defer proc.Close()
		tick := time.NewTicker(watchPeriod)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if !w.look() {
				w.over.Store(true)
				kill()
				return
			}
		}
	}()
	return w, nil
}

// look is false when there is more memory in use than allowed.
func (w *watch) look() bool {
	if _, err := w.proc.Seek(0, 0); err != nil {
		return true
	}
	names, err := w.proc.Readdirnames(-1)
	if err != nil {
		return true // PID 1 is gone
	}
	var tasks, memory int64
	for _, name := range names {
		if name[0] < '1' || name[0] > '9' {
			continue
		}
		tasks += threads(w.proc, name)
		if w.memory {
			memory += resident(w.proc, name)
		}
	}
	if tasks > w.peak.Load() {
		w.peak.Store(tasks)
	}
	return !w.memory || memory <= w.limits.Memory
}

// threads are those of a process: its folder of them has a link for each.
func threads(proc *os.File, pid string) int64 {
	var st unix.Stat_t
	if err := unix.Fstatat(int(proc.Fd()), pid+"/task", &st, 0); err != nil || st.Nlink < 3 {
		return 1
	}
	return int64(st.Nlink) - 2
}

// resident is what a process holds in memory of its own, in bytes: shared
// pages would be counted once for each process.
func resident(proc *os.File, pid string) int64 {
	fd, err := unix.Openat(int(proc.Fd()), pid+"/statm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0 // it is gone
	}
	defer unix.Close(fd)
	var text [128]byte
	n, _ := unix.Read(fd, text[:])
	n = max(n, 0)
	fields := strings.Fields(string(text[:n]))
	if len(fields) < 3 {
		return 0
	}
	all, _ := strconv.ParseInt(fields[1], 10, 64)
	shared, _ := strconv.ParseInt(fields[2], 10, 64)
	return (all - shared) * int64(os.Getpagesize())
}

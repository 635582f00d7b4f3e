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
	root   *os.File // the sandbox's
	proc   *os.File // its own /proc: its processes and nobody else
	limits Limits
	memory bool // count it
	ended  chan struct{}
	over   atomic.Bool
	peak   atomic.Int64 // of threads
}

// startWatch watches the sandbox with this root until done is closed; kill ends
// it when it takes more memory than it may.
func startWatch(root *os.File, l Limits, memory bool, done <-chan struct{}, kill func()) (*watch, error) {
	proc, err := openProc(root)
	if err != nil {
		return nil, fmt.Errorf("watch the sandbox: %w", err)
	}
	w := &watch{root: root, proc: proc, limits: l, memory: memory, ended: make(chan struct{})}
	go func() {
		defer close(w.ended)
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

func openProc(root *os.File) (*os.File, error) {
	fd, err := unix.Openat(int(root.Fd()), "proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "proc"), nil
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
	if w.memory {
		memory += sharedMemory(w.root)
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

// resident is a process's share of memory, in bytes: what it shares with n
// others counts for an n-th.
func resident(proc *os.File, pid string) int64 {
	fd, err := unix.Openat(int(proc.Fd()), pid+"/smaps_rollup", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0 // it is gone
	}
	defer unix.Close(fd)
	var text [4096]byte
	n, _ := unix.Read(fd, text[:])
	_, rest, _ := strings.Cut(string(text[:max(n, 0)]), "\nPss:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10
}

// sharedMemory is what lies in the sandbox's /dev/shm, in bytes. Files that are
// mapped count for their processes as well.
func sharedMemory(root *os.File) int64 {
	var fs unix.Statfs_t
	fd, err := unix.Openat(int(root.Fd()), "dev/shm", unix.O_PATH|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	if err := unix.Fstatfs(fd, &fs); err != nil {
		return 0
	}
	return int64(fs.Blocks-fs.Bfree) * fs.Bsize
}

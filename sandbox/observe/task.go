package observe

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// task is a thread of the sandbox.
type task struct {
	program int    // the number of what it executes
	inode   uint64 // of its folder in /proc
	start   string // when it was started: pids repeat
}

// task finds or enters the calling thread.
func (o *Observer) task(pid int) *task {
	inode := procInode(pid)
	if inode == 0 {
		return &task{} // gone: the call will not be recorded
	}
	known := o.tasks[pid]
	if known != nil && known.inode == inode {
		return known
	}
	start := startTime(pid)
	if known != nil && known.start == start { // /proc forgot its inode, not the task
		known.inode = inode
		return known
	}
	o.forget()
	t := &task{inode: inode, start: start, program: o.inherited(pid)}
	o.tasks[pid] = t
	return t
}

// forget drops the tasks that are gone, whenever there are twice as many as
// were left the last time.
func (o *Observer) forget() {
	if len(o.tasks) < o.crowd {
		return
	}
	for pid := range o.tasks {
		if procInode(pid) == 0 {
			delete(o.tasks, pid)
		}
	}
	o.crowd = max(1024, 2*len(o.tasks))
}

// procInode is the inode of a thread's folder in /proc, 0 when it is gone. It
// is asked at every call, so it is the bare system call.
func procInode(pid int) uint64 {
	var path [24]byte
	strconv.AppendInt(append(path[:0], "/proc/"...), int64(pid), 10)
	var st unix.Stat_t
	if _, _, errno := unix.RawSyscall(unix.SYS_STAT, uintptr(unsafe.Pointer(&path)), uintptr(unsafe.Pointer(&st)), 0); errno != 0 {
		return 0
	}
	return st.Ino
}

// maxAncestors ends a search among parents that a build has made endless.
const maxAncestors = 1024

// inherited is the program of the thread's leader or, for a leader, of its
// nearest ancestor that is known. Before it named anything itself, a thread
// runs what they run.
func (o *Observer) inherited(pid int) int {
	for range maxAncestors {
		leader, parent := family(pid)
		if t := o.tasks[leader]; t != nil && leader != pid {
			return t.program
		}
		if t := o.tasks[parent]; t != nil {
			return t.program
		}
		if parent <= 1 {
			break
		}
		pid = parent
	}
	return 0
}

// family is a thread's leader and parent.
func family(pid int) (leader, parent int) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	return number(text, "\nTgid:"), number(text, "\nPPid:")
}

func number(status []byte, name string) int {
	_, rest, _ := bytes.Cut(status, []byte(name))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	n, _ := strconv.Atoi(strings.TrimSpace(string(line)))
	return n
}

// startTime is the 22nd field of /proc/PID/stat, in ticks since boot. The
// second is a name in parentheses, with anything in it.
func startTime(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return ""
	}
	return string(fields[19])
}

package view

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// identity is who the build is, here, and what it sees of user ids.
type identity struct {
	uid        int
	uids, gids []idRange

	own      int                 // uid of this process
	can      bool                // take the build's
	all, few [2]unix.CapUserData // capabilities of this process, and the build's
}

// idRange is a line of /proc/PID/uid_map.
type idRange struct{ inside, outside, size uint32 }

// nobody is the id of whom a user namespace does not know.
const nobody = 65534

// fileRights are the capabilities that make root's access to files special.
const fileRights = 1<<unix.CAP_CHOWN | 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH |
	1<<unix.CAP_FOWNER | 1<<unix.CAP_FSETID

// do makes this thread what the build is to the file system for as long as
// something is looked up or changed: nothing can be that the build could not
// reach itself. Its groups stay, for nothing inside a sandbox belongs to them.
func (i *identity) do(work func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if i.uid == i.own {
		return i.doWithout(work)
	}
	// With uid 0, the kernel takes the rights over files away. It also makes
	// this process undumpable, as any that changes who it is: root does
	// without.
	quick(unix.SYS_SETFSUID, uintptr(i.uid))
	defer quick(unix.SYS_SETFSUID, uintptr(i.own))
	if !i.can {
		// No error was told; an id that is nobody's tells which it is.
		if i.can = quick(unix.SYS_SETFSUID, ^uintptr(0)) == uintptr(i.uid); !i.can {
			return refused("take the uid of a build", unix.EPERM)
		}
	}
	return work()
}

// doWithout is for a build with this process's own uid: root of a user
// namespace has rights that its parts lack.
func (i *identity) doWithout(work func() error) error {
	if i.all == i.few {
		return work()
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	defer unix.Capset(&header, &i.all[0])
	if err := unix.Capset(&header, &i.few[0]); err != nil {
		return err
	}
	return work()
}

func quick(number, a uintptr) uintptr {
	r, _, _ := unix.RawSyscall(number, a, 0, 0)
	return r
}

// identify reads who the caller is. All of a sandbox are the same: none can
// make user namespaces or has a second uid.
func identify(c *seccomp.Call) (*identity, error) {
	status, err := os.ReadFile(procOf(c.PID, "status"))
	if err != nil {
		return nil, err
	}
	i := &identity{uid: fourth(status, "\nUid:"), own: unix.Geteuid()}
	if i.uid < 0 {
		return nil, fmt.Errorf("read the uid of a build: %w", unix.EINVAL)
	}
	if i.uids, err = idMap(c.PID, "uid_map"); err == nil {
		i.gids, err = idMap(c.PID, "gid_map")
	}
	switch {
	case !c.Valid():
		return nil, unix.ESRCH
	case err != nil:
		return nil, refused("find out about a build's ids", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capget(&header, &i.all[0]); err != nil {
		return nil, err
	}
	i.few = i.all
	i.few[0].Effective &^= fileRights
	return i, nil
}

// fourth is the fourth number in a line of /proc/PID/status: the one for files.
// It is -1 where there is none.
func fourth(status []byte, name string) int {
	_, rest, _ := bytes.Cut(status, []byte(name))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 4 {
		return -1
	}
	n, err := strconv.Atoi(string(fields[3]))
	if err != nil {
		return -1
	}
	return n
}

// idMap reads how the caller's user namespace maps ids to this process's. Of
// its own, the kernel would tell how it maps to the one above.
func idMap(pid int, name string) ([]idRange, error) {
	theirs, err := os.Readlink(procOf(pid, "ns/user"))
	if err != nil {
		return nil, err
	}
	ours, err := os.Readlink("/proc/thread-self/ns/user")
	if err != nil {
		return nil, err
	}
	if theirs == ours {
		return []idRange{{0, 0, ^uint32(0)}}, nil
	}
	text, err := os.ReadFile(procOf(pid, name))
	if err != nil {
		return nil, err
	}
	var ranges []idRange
	for line := range bytes.Lines(text) {
		var r idRange
		if _, err := fmt.Sscan(string(line), &r.inside, &r.outside, &r.size); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		ranges = append(ranges, r)
	}
	return ranges, nil
}

// inside is the id that the build sees.
func inside(ranges []idRange, id uint32) uint32 {
	for _, r := range ranges {
		if id >= r.outside && id-r.outside < r.size {
			return id - r.outside + r.inside
		}
	}
	return nobody
}

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
	uid, gid   int
	uids, gids []idRange
	dumpable   bool // this process
}

// idRange is a line of /proc/PID/uid_map.
type idRange struct{ inside, outside, size uint32 }

// nobody is the id of whom a user namespace does not know.
const nobody = 65534

// become makes this thread what the build is to the file system, until leave:
// nothing is looked up or changed that the build could not reach itself.
// The supplementary groups stay, for there is nothing inside a sandbox that
// belongs to one.
func (f *files) become(c *seccomp.Call) (leave func(), err error) {
	if f.build == nil {
		if f.build, err = identify(c); err != nil {
			return nil, err
		}
	}
	if f.build.uid == unix.Geteuid() {
		return dropRights()
	}
	return f.build.become()
}

// become changes the file system ids, and with uid 0 the kernel takes the
// rights over files away. It also takes dumpability, as from any process that
// changes who it is; but the build's uid is not enough to trace this one.
func (i *identity) become() (leave func(), err error) {
	runtime.LockOSThread()
	uid, gid := unix.Geteuid(), unix.Getegid()
	leave = func() {
		_, _ = unix.SetfsuidRetUid(uid)
		_, _ = unix.SetfsgidRetGid(gid)
		if i.dumpable {
			_ = unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0)
		}
		runtime.UnlockOSThread()
	}
	_, _ = unix.SetfsgidRetGid(i.gid)
	_, _ = unix.SetfsuidRetUid(i.uid)
	// They tell no error; -1 is nobody's.
	if is, _ := unix.SetfsuidRetUid(-1); is != i.uid {
		leave()
		return nil, unix.EPERM
	}
	return leave, nil
}

// fileRights are the capabilities that make root's access to files special.
const fileRights = 1<<unix.CAP_CHOWN | 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH |
	1<<unix.CAP_FOWNER | 1<<unix.CAP_FSETID

// dropRights is for a build with this process's own uid: root of a user
// namespace has rights that its parts lack.
func dropRights() (leave func(), err error) {
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var had, less [2]unix.CapUserData
	if err := unix.Capget(&header, &had[0]); err != nil || had[0].Effective&fileRights == 0 {
		runtime.UnlockOSThread()
		return func() {}, err
	}
	less = had
	less[0].Effective &^= fileRights
	leave = func() {
		_ = unix.Capset(&header, &had[0])
		runtime.UnlockOSThread()
	}
	if err := unix.Capset(&header, &less[0]); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// identify reads who the caller is. All of a sandbox are the same: none can
// make user namespaces or has a second uid.
func identify(c *seccomp.Call) (*identity, error) {
	status, err := os.ReadFile(procOf(c.PID, "status"))
	if err != nil {
		return nil, err
	}
	i := &identity{uid: fourth(status, "\nUid:"), gid: fourth(status, "\nGid:")}
	if i.uid < 0 || i.gid < 0 {
		return nil, fmt.Errorf("read the ids of a build: %w", unix.EINVAL)
	}
	if i.uids, err = idMap(c.PID, "uid_map"); err != nil {
		return nil, err
	}
	if i.gids, err = idMap(c.PID, "gid_map"); err != nil {
		return nil, err
	}
	if !c.Valid() {
		return nil, unix.ESRCH
	}
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	i.dumpable = err == nil && dumpable == 1
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

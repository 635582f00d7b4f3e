package view

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// procOf names something of a thread in /proc.
func procOf(pid int, name string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + name
}

// named opens what a call's folder and path arguments name, as a mere name.
// The caller closes it, and looks whether the call is still valid before it
// believes that the thread was the caller's. empty says that no path, or NULL,
// means the folder itself.
func (f *files) named(c *seccomp.Call, dir int32, address uint64, follow, empty bool) (int, error) {
	if address == 0 && empty {
		return held(c, dir, 0)
	}
	path, err := c.Text(address, unix.PathMax)
	switch {
	case err != nil:
		return -1, err
	case path == "" && empty:
		return held(c, dir, 0)
	case path == "":
		return -1, unix.ENOENT
	case len(path) >= unix.PathMax:
		return -1, unix.ENAMETOOLONG
	}
	if link := ofItself(path); link != "" && follow {
		return open(procOf(c.PID, link), 0)
	}
	if path[0] == '/' {
		return f.lookup(path, follow)
	}
	return f.relative(c, dir, path, follow)
}

// held opens a descriptor of the caller, or its current folder: the very file,
// even one that was deleted.
func held(c *seccomp.Call, n int32, flags int) (int, error) {
	if n == unix.AT_FDCWD {
		return open(procOf(c.PID, "cwd"), flags)
	}
	if n < 0 {
		return -1, unix.EBADF
	}
	return open(procOf(c.PID, "fd/"+strconv.Itoa(int(n))), flags)
}

// open opens a path of this process's own /proc.
func open(path string, flags int) (int, error) {
	return unix.Open(path, unix.O_PATH|unix.O_CLOEXEC|flags, 0)
}

// ofItself is the link in the caller's own /proc that a path names: the
// sandbox's /proc/self is nobody to who looks from outside. Programs compare
// what they were given as /dev/stdin with the descriptor.
func ofItself(path string) string {
	switch path {
	case "/dev/stdin":
		return "fd/0"
	case "/dev/stdout":
		return "fd/1"
	case "/dev/stderr":
		return "fd/2"
	case "/proc/self/exe", "/proc/self/cwd":
		return strings.TrimPrefix(path, "/proc/self/")
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if n, ok := strings.CutPrefix(path, dir); ok {
			if _, err := strconv.ParseUint(n, 10, 31); err == nil {
				return "fd/" + n
			}
		}
	}
	return ""
}

// relative looks a path up from the caller's folder. One that leads out of it
// is looked up from the root.
func (f *files) relative(c *seccomp.Call, dir int32, path string, follow bool) (int, error) {
	base, err := held(c, dir, unix.O_DIRECTORY)
	if err != nil {
		return -1, err
	}
	defer unix.Close(base)
	fd, err := f.openat(base, path, follow, unix.RESOLVE_BENEATH)
	if err != unix.EXDEV {
		return fd, err
	}
	where, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(base))
	if err != nil {
		return -1, err
	}
	if err := f.isAt(base, where); err != nil {
		return -1, err
	}
	return f.lookup(where+"/"+path, follow)
}

// isAt checks that a folder is where it claims to be: one that was deleted, or
// that lies outside the root, is not.
func (f *files) isAt(folder int, path string) error {
	fd, err := f.lookup(path, false)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	var a, b unix.Stat_t
	if err := unix.Fstat(fd, &a); err != nil {
		return err
	}
	if err := unix.Fstat(folder, &b); err != nil {
		return err
	}
	if a.Dev != b.Dev || a.Ino != b.Ino {
		return unix.ENOENT
	}
	return nil
}

// lookup looks a path up as the sandbox's processes do.
func (f *files) lookup(path string, follow bool) (int, error) {
	return f.openat(int(f.root.Fd()), path, follow, unix.RESOLVE_IN_ROOT)
}

// openat looks a path up as the build. It never follows a magic link: those
// name what their reader holds.
func (f *files) openat(dir int, path string, follow bool, resolve uint64) (fd int, err error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: resolve | unix.RESOLVE_NO_MAGICLINKS}
	if !follow {
		how.Flags |= unix.O_NOFOLLOW
	}
	err = f.build.do(func() error {
		for tries := 0; ; tries++ {
			fd, err = unix.Openat2(dir, path, &how)
			// EAGAIN: something was renamed meanwhile.
			if err != unix.EINTR && err != unix.EAGAIN || tries == 100 {
				return err
			}
		}
	})
	if err != nil {
		return -1, err
	}
	return fd, nil
}

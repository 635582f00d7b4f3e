package view

import (
	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

func (f *files) statfs(c *seccomp.Call) (seccomp.Answer, error) {
	fd, err := f.named(c, unix.AT_FDCWD, c.Args[0], true, false)
	return f.tellSystem(c, fd, err)
}

func (f *files) fstatfs(c *seccomp.Call) (seccomp.Answer, error) {
	n := int32(c.Args[0])
	if n < 0 {
		return seccomp.Answer{}, unix.EBADF
	}
	fd, err := held(c, n, 0)
	return f.tellSystem(c, fd, err)
}

// tellSystem writes a struct statfs that claims to be of the other file system
// for fd, which it closes.
func (f *files) tellSystem(c *seccomp.Call, fd int, err error) (a seccomp.Answer, _ error) {
	if err != nil {
		return a, err
	}
	defer unix.Close(fd)
	d, st, err := f.about(fd)
	if err != nil {
		return a, err
	}
	if !f.claims(d, st.Mode) {
		return a, errUntouched
	}
	var s unix.Statfs_t
	if err := unix.Fstatfs(fd, &s); err != nil {
		return a, err
	}
	s.Type, s.Files, s.Ffree = btrfs, 0, 0 // which has no number of inodes
	return a, put(c, c.Args[1], bytesOf(&s))
}

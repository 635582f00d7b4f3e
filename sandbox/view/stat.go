package view

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

func (f *files) stat(c *seccomp.Call) (seccomp.Answer, error) {
	fd, err := f.named(c, unix.AT_FDCWD, c.Args[0], true, false)
	return f.tell(c, fd, err, c.Args[1])
}

func (f *files) lstat(c *seccomp.Call) (seccomp.Answer, error) {
	fd, err := f.named(c, unix.AT_FDCWD, c.Args[0], false, false)
	return f.tell(c, fd, err, c.Args[1])
}

func (f *files) fstat(c *seccomp.Call) (seccomp.Answer, error) {
	n := int32(c.Args[0])
	if n < 0 {
		return seccomp.Answer{}, unix.EBADF // not the current folder
	}
	fd, err := held(c, n, 0)
	return f.tell(c, fd, err, c.Args[1])
}

func (f *files) fstatat(c *seccomp.Call) (seccomp.Answer, error) {
	const known = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT | unix.AT_EMPTY_PATH
	flags := uint32(c.Args[3])
	if flags&^known != 0 {
		return seccomp.Answer{}, unix.EINVAL
	}
	fd, err := f.named(c, int32(c.Args[0]), c.Args[1], flags&unix.AT_SYMLINK_NOFOLLOW == 0, flags&unix.AT_EMPTY_PATH != 0)
	return f.tell(c, fd, err, c.Args[2])
}

// tell writes the altered struct stat of fd, which it closes.
func (f *files) tell(c *seccomp.Call, fd int, err error, address uint64) (a seccomp.Answer, _ error) {
	if err != nil {
		return a, err
	}
	defer unix.Close(fd)
	d, st, err := f.about(fd)
	if err != nil {
		return a, err
	}
	if err := f.alter(d, &st); err != nil {
		return a, err
	}
	return a, put(c, address, bytesOf(&st))
}

// about is the truth about an open file.
func (f *files) about(fd int) (d *device, st unix.Stat_t, err error) {
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, st, err
	}
	d, err = f.device(st.Dev, fd)
	return d, st, err
}

func (f *files) alter(d *device, st *unix.Stat_t) (err error) {
	if st.Ino, err = f.inode(d, st.Ino); err != nil {
		return err
	}
	st.Uid, st.Gid = inside(f.build.uids, st.Uid), inside(f.build.gids, st.Gid)
	for _, t := range []*unix.Timespec{&st.Atim, &st.Mtim, &st.Ctim} {
		t.Sec, t.Nsec = f.shownTime(t.Sec, t.Nsec)
	}
	if !f.claims(d, st.Mode) {
		return nil
	}
	st.Dev = d.other
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		st.Nlink, st.Size, st.Blocks = 1, 0, 0
	}
	return nil
}

// claims tells whether a file is said to be on the other file system.
func (f *files) claims(d *device, mode uint32) bool {
	format := mode & unix.S_IFMT
	return f.shows.Other && d.kind == plain && format != unix.S_IFCHR && format != unix.S_IFBLK
}

func (f *files) statx(c *seccomp.Call) (a seccomp.Answer, _ error) {
	const sync = unix.AT_STATX_FORCE_SYNC | unix.AT_STATX_DONT_SYNC
	const known = unix.AT_SYMLINK_NOFOLLOW | unix.AT_NO_AUTOMOUNT | unix.AT_EMPTY_PATH | sync
	flags := uint32(c.Args[2])
	if flags&^known != 0 {
		return a, unix.EINVAL
	}
	fd, err := f.named(c, int32(c.Args[0]), c.Args[1], flags&unix.AT_SYMLINK_NOFOLLOW == 0, flags&unix.AT_EMPTY_PATH != 0)
	if err != nil {
		return a, err
	}
	defer unix.Close(fd)
	var st unix.Statx_t
	if err := unix.Statx(fd, "", int(unix.AT_EMPTY_PATH|flags&sync), int(uint32(c.Args[3])), &st); err != nil {
		return a, err
	}
	d, err := f.device(unix.Mkdev(st.Dev_major, st.Dev_minor), fd)
	if err != nil {
		return a, err
	}
	if err := f.alterx(d, &st); err != nil {
		return a, err
	}
	return a, put(c, c.Args[4], bytesOf(&st))
}

// alterx alters what the kernel has filled in; the rest is zero.
func (f *files) alterx(d *device, st *unix.Statx_t) (err error) {
	if st.Mask&unix.STATX_INO != 0 {
		if st.Ino, err = f.inode(d, st.Ino); err != nil {
			return err
		}
	}
	st.Uid, st.Gid = inside(f.build.uids, st.Uid), inside(f.build.gids, st.Gid)
	for _, t := range []*unix.StatxTimestamp{&st.Atime, &st.Mtime, &st.Ctime, &st.Btime} {
		sec, nsec := f.shownTime(t.Sec, int64(t.Nsec))
		t.Sec, t.Nsec = sec, uint32(nsec)
	}
	if !f.claims(d, uint32(st.Mode)) {
		return nil
	}
	st.Dev_major, st.Dev_minor = unix.Major(d.other), unix.Minor(d.other)
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		st.Nlink, st.Size, st.Blocks = 1, 0, 0
	}
	return nil
}

// bytesOf is a struct of the kernel's as it lies in memory.
func bytesOf[T unix.Stat_t | unix.Statx_t | unix.Statfs_t](p *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p))
}

package view

import (
	"encoding/binary"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// maxSeconds bounds the times that fit into nanoseconds; what is beyond is no
// reading of a clock.
const maxSeconds = math.MaxInt64/int64(time.Second) - 1

// shownTime is a file's time as the build sees it.
func (f *files) shownTime(sec, nsec int64) (int64, int64) {
	if f.clock == nil || sec > maxSeconds || sec < -maxSeconds {
		return sec, nsec
	}
	named := sec*int64(time.Second) + nsec
	if named > f.now {
		if f.now = time.Now().UnixNano(); named > f.now { // somebody set it
			return sec, nsec
		}
	}
	t := time.Unix(0, f.clock.shown(named))
	return t.Unix(), int64(t.Nanosecond())
}

// actualTime is the time to set where the build names another; changed is
// false when they are the same.
func (f *files) actualTime(t *unix.Timespec) (changed bool) {
	if t.Nsec == unix.UTIME_NOW || t.Nsec == unix.UTIME_OMIT || t.Sec > maxSeconds || t.Sec < -maxSeconds {
		return false
	}
	named := t.Nano()
	actual := f.clock.actual(named)
	at := time.Unix(0, actual)
	t.Sec, t.Nsec = at.Unix(), int64(at.Nanosecond())
	return actual != named
}

func (f *files) utimensat(c *seccomp.Call) (a seccomp.Answer, _ error) {
	const known = unix.AT_SYMLINK_NOFOLLOW | unix.AT_EMPTY_PATH
	flags := uint32(c.Args[3])
	times, err := timespecs(c, c.Args[2])
	if err != nil || flags&^known != 0 {
		return a, orInvalid(err)
	}
	// NULL is the descriptor, with or without a flag; but not the current folder.
	null := c.Args[1] == 0
	if null && (flags != 0 || int32(c.Args[0]) < 0) {
		return a, unix.EINVAL
	}
	empty := null || flags&unix.AT_EMPTY_PATH != 0
	return f.set(c, int32(c.Args[0]), c.Args[1], flags&unix.AT_SYMLINK_NOFOLLOW == 0, empty, times)
}

func (f *files) utimes(c *seccomp.Call) (a seccomp.Answer, _ error) {
	times, err := timevals(c, c.Args[1])
	if err != nil {
		return a, err
	}
	return f.set(c, unix.AT_FDCWD, c.Args[0], true, false, times)
}

func (f *files) futimesat(c *seccomp.Call) (a seccomp.Answer, _ error) {
	times, err := timevals(c, c.Args[2])
	if err != nil {
		return a, err
	}
	null := c.Args[1] == 0
	if null && int32(c.Args[0]) < 0 {
		return a, unix.EINVAL
	}
	return f.set(c, int32(c.Args[0]), c.Args[1], true, null, times)
}

func (f *files) utime(c *seccomp.Call) (a seccomp.Answer, _ error) {
	words, err := numbers(c, c.Args[1], 2)
	if err != nil {
		return a, err
	}
	return f.set(c, unix.AT_FDCWD, c.Args[0], true, false, []unix.Timespec{{Sec: words[0]}, {Sec: words[1]}})
}

// set sets the times of what the call names, in those of the machine. This
// thread has no more rights than the build; still it is about nothing but
// files, folders and links of the build's own.
func (f *files) set(c *seccomp.Call, dir int32, path uint64, follow, empty bool, times []unix.Timespec) (a seccomp.Answer, _ error) {
	first, second := f.actualTime(&times[0]), f.actualTime(&times[1])
	if !first && !second {
		return a, errUntouched
	}
	fd, err := f.named(c, dir, path, follow, empty)
	if err != nil {
		return a, err
	}
	defer unix.Close(fd)
	if err := f.isOwn(fd); err != nil {
		return a, err
	}
	if !c.Valid() { // it might have been another thread of this number
		return a, unix.ESRCH
	}
	return a, f.build.do(func() error { return unix.UtimesNanoAt(fd, "", times, unix.AT_EMPTY_PATH) })
}

func (f *files) isOwn(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if _, err := f.device(st.Dev, fd); err != nil {
		return err
	}
	format := st.Mode & unix.S_IFMT
	if int(st.Uid) != f.build.uid || format != unix.S_IFREG && format != unix.S_IFDIR && format != unix.S_IFLNK {
		return errUntouched
	}
	return nil
}

// timespecs reads the two times of utimensat; an error stands for NULL.
func timespecs(c *seccomp.Call, address uint64) ([]unix.Timespec, error) {
	words, err := numbers(c, address, 4)
	if err != nil {
		return nil, err
	}
	times := []unix.Timespec{{Sec: words[0], Nsec: words[1]}, {Sec: words[2], Nsec: words[3]}}
	for _, t := range times {
		if t.Nsec != unix.UTIME_NOW && t.Nsec != unix.UTIME_OMIT && uint64(t.Nsec) >= uint64(time.Second) {
			return nil, unix.EINVAL
		}
	}
	return times, nil
}

// timevals reads the two times of utimes, in microseconds.
func timevals(c *seccomp.Call, address uint64) ([]unix.Timespec, error) {
	words, err := numbers(c, address, 4)
	if err != nil {
		return nil, err
	}
	if uint64(words[1]) >= 1e6 || uint64(words[3]) >= 1e6 {
		return nil, unix.EINVAL
	}
	return []unix.Timespec{{Sec: words[0], Nsec: words[1] * 1000}, {Sec: words[2], Nsec: words[3] * 1000}}, nil
}

// numbers reads n long numbers of the caller's memory.
func numbers(c *seccomp.Call, address uint64, n int) ([]int64, error) {
	if address == 0 {
		return nil, errUntouched
	}
	b, err := c.Bytes(address, 8*n)
	if err != nil || len(b) < 8*n {
		return nil, unix.EFAULT
	}
	words := make([]int64, n)
	for i := range words {
		words[i] = int64(binary.NativeEndian.Uint64(b[8*i:]))
	}
	return words, nil
}

func orInvalid(err error) error {
	if err == nil {
		return unix.EINVAL
	}
	return err
}

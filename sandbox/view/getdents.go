package view

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// Where a name begins in struct linux_dirent64 and struct linux_dirent.
const nameIn64, nameIn = 19, 18

// maxAnswer bounds what one call is given, in bytes; programs ask for 32 KiB.
const maxAnswer = 256 << 10

func (f *files) getdents64(c *seccomp.Call) (seccomp.Answer, error) { return f.list(c, appendEntry64) }
func (f *files) getdents(c *seccomp.Call) (seccomp.Answer, error)   { return f.list(c, appendEntry) }

// list answers from a listing that was taken when the scan began. The place in
// it is the position of the caller's own description, so that copies of the
// descriptor, telldir and rewinddir are right without any doing.
func (f *files) list(c *seccomp.Call, add appender) (a seccomp.Answer, _ error) {
	fd, err := description(c, int32(c.Args[0]))
	if err != nil {
		return a, err
	}
	defer unix.Close(fd)
	if !c.Valid() {
		return a, unix.ESRCH
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return a, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return a, unix.ENOTDIR
	}
	d, err := f.device(st.Dev, fd)
	if err != nil {
		return a, err
	}
	began, err := unix.Seek(fd, 0, unix.SEEK_CUR)
	if err != nil {
		return a, err
	}
	if a, err = f.fill(c, add, scan{fd, d, &st, began}); err == nil {
		return a, nil
	}
	_, _ = unix.Seek(fd, began, unix.SEEK_SET)
	var errno unix.Errno
	switch errors.As(err, &errno); {
	case errno == unix.EFAULT || errno == unix.EINVAL: // ext4 moves on even so
		return seccomp.Answer{Errno: errno}, nil
	case began != 0: // which means nothing to the kernel
		return seccomp.Answer{Errno: unix.EIO}, nil
	}
	return a, err
}

// scan is a folder that is being listed.
type scan struct {
	fd     int
	device *device
	st     *unix.Stat_t
	began  int64 // position
}

// fill gives the caller as many entries as it has room for, and moves on.
func (f *files) fill(c *seccomp.Call, add appender, s scan) (a seccomp.Answer, _ error) {
	l := f.listings.at(s.began, s.st)
	if l == nil || s.began == 0 {
		var err error
		if l, err = f.listings.take(s.fd, f.shows.Order); err != nil {
			return a, err
		}
		l.dev, l.ino = s.st.Dev, s.st.Ino
		f.number(l, s.device)
		f.listings.keep(l)
	}
	index := min(int(s.began&maxEntries), len(l.entries))
	if index == len(l.entries) {
		f.listings.finish(l)
	}
	b, index, err := f.pack(l, index, min(int(uint32(c.Args[2])), maxAnswer), add, s.device)
	if err != nil {
		return a, err
	}
	if _, err := unix.Seek(s.fd, l.generation<<indexBits|int64(index), unix.SEEK_SET); err != nil {
		return a, errUntouched // a file system that knows its own positions alone
	}
	if len(b) > 0 {
		err = put(c, c.Args[1], b)
	}
	return seccomp.Answer{Value: int64(len(b))}, err
}

// number numbers what is new in a listing by name: which numbers inodes have must
// not follow from the order in which folders are listed.
func (f *files) number(l *listing, d *device) {
	if f.shows.Inodes == "" {
		return
	}
	sorted := slices.Clone(l.entries)
	slices.SortFunc(sorted, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for _, e := range sorted {
		if _, err := f.inode(d, e.inode); err != nil {
			return // there are too many
		}
	}
}

// pack is a listing from an index on, at most room bytes of it, and the index
// of what comes next.
func (f *files) pack(l *listing, index, room int, add appender, d *device) ([]byte, int, error) {
	var b []byte
	for ; index < len(l.entries); index++ {
		e := l.entries[index]
		if shown, err := f.inode(d, e.inode); err == nil { // else there were too many
			e.inode = shown
		}
		more := add(b, e, l.generation<<indexBits|int64(index+1))
		if len(more) > room {
			if len(b) == 0 {
				return nil, 0, unix.EINVAL
			}
			break
		}
		b = more
	}
	return b, index, nil
}

// appender appends an entry as the kernel lays it out; next is the position
// after it.
type appender func(b []byte, e entry, next int64) []byte

func appendEntry64(b []byte, e entry, next int64) []byte {
	length := (nameIn64 + len(e.name) + 1 + 7) &^ 7
	end := len(b) + length
	b = appendHead(b, e, next, length)
	b = append(b, e.format)
	b = append(b, e.name...)
	return append(b, make([]byte, end-len(b))...)
}

// appendEntry has the type in the last byte, where there was padding once.
func appendEntry(b []byte, e entry, next int64) []byte {
	length := (nameIn + len(e.name) + 2 + 7) &^ 7
	end := len(b) + length
	b = append(appendHead(b, e, next, length), e.name...)
	b = append(b, make([]byte, end-len(b))...)
	b[end-1] = e.format
	return b
}

func appendHead(b []byte, e entry, next int64, length int) []byte {
	b = binary.NativeEndian.AppendUint64(b, e.inode)
	b = binary.NativeEndian.AppendUint64(b, uint64(next))
	return binary.NativeEndian.AppendUint16(b, uint16(length))
}

// description gets the caller's own open file description, position and all.
func description(c *seccomp.Call, n int32) (int, error) {
	if n < 0 {
		return -1, unix.EBADF
	}
	pidfd, err := unix.PidfdOpen(c.PID, 0)
	if err != nil { // not the leader of its threads
		pidfd, err = unix.PidfdOpen(c.PID, unix.PIDFD_THREAD)
	}
	if err != nil { // before Linux 6.9
		pidfd, err = leader(c.PID)
	}
	if err != nil {
		return -1, err
	}
	defer unix.Close(pidfd)
	fd, err := unix.PidfdGetfd(pidfd, int(n), 0)
	if err == unix.EPERM {
		err = refused("get a descriptor of a build", err)
	}
	return fd, err
}

// leader opens the leader of a thread. They have the same descriptors, or only
// the caller itself made sure that they have not.
func leader(pid int) (int, error) {
	status, err := os.ReadFile(procOf(pid, "status"))
	if err != nil {
		return -1, err
	}
	_, rest, _ := bytes.Cut(status, []byte("\nTgid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	tgid, err := strconv.Atoi(string(bytes.TrimSpace(line)))
	if err != nil {
		return -1, err
	}
	return unix.PidfdOpen(tgid, 0)
}

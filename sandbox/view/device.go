package view

import (
	"errors"

	"golang.org/x/sys/unix"
)

// Bounds of what is kept of a sandbox: an inode takes some 20 bytes.
const (
	maxDevices = 4096
	maxInodes  = 4 << 20
)

// errFull says that a bound is reached: what comes now stays unaltered.
var errFull = errors.New("too many files to show others")

// errUntouched says that a file is shown as it is.
var errUntouched = errors.New("a file that is shown as it is")

// device is a file system.
type device struct {
	kind  kind
	other uint64            // its number, when it claims to be another
	shown map[uint64]uint32 // which inode of the sandbox each is
}

type kind uint8

const (
	plain   kind = iota
	special      // of no disk: pipes, terminals, /dev/shm
	process      // /proc
)

// The other file system. Each device gets a number of its own, from firstOther
// on: that and the inode tell whether two files are one.
const (
	btrfs      = 0x9123683e
	firstOther = 0x4000
)

// device finds or enters the device with a number, of which fd is a file.
func (f *files) device(number uint64, fd int) (*device, error) {
	d := f.devices[number]
	if d == nil {
		if len(f.devices) == maxDevices {
			return nil, errFull
		}
		d = &device{kind: f.kind(number, fd), shown: map[uint64]uint32{}}
		if d.kind == plain {
			d.other = unix.Mkdev(0, uint32(firstOther+f.plain))
			f.plain++
		}
		f.devices[number] = d
	}
	if d.kind == process {
		return nil, errUntouched
	}
	return d, nil
}

func (f *files) kind(number uint64, fd int) kind {
	var st unix.Statfs_t
	if unix.Fstatfs(fd, &st) != nil {
		return special
	}
	switch st.Type {
	case unix.PROC_SUPER_MAGIC:
		return process
	case unix.PIPEFS_MAGIC, unix.SOCKFS_MAGIC, unix.ANON_INODE_FS_MAGIC, unix.NSFS_MAGIC, unix.DEVPTS_SUPER_MAGIC:
		return special
	}
	if f.isDev(number) {
		return special
	}
	return plain
}

// isDev tells whether the device is mounted at /dev or below: the C library
// looks for a tmpfs there.
func (f *files) isDev(number uint64) bool {
	if f.numberAt("/") == number {
		return false
	}
	return f.numberAt("/dev") == number || f.numberAt("/dev/shm") == number
}

// numberAt is the device of a path of the sandbox, 0 when it is not there.
func (f *files) numberAt(path string) uint64 {
	fd, err := f.lookup(path, false)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil {
		return 0
	}
	return st.Dev
}

// inode is the number that an inode is shown with.
func (f *files) inode(d *device, real uint64) (uint64, error) {
	if f.shows.Inodes == "" {
		return real, nil
	}
	n, known := d.shown[real]
	if !known {
		if f.inodes == maxInodes {
			return 0, errFull
		}
		f.inodes++
		n = f.inodes
		d.shown[real] = n
	}
	if f.shows.Inodes == InodesFalling {
		return 1<<31 - uint64(n), nil
	}
	return 1000 + uint64(n), nil
}

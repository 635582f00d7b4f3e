package profile

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// MaxFile is how large a profile may be, in bytes.
const MaxFile = 16 << 20

var errNotRegular = errors.New("not a regular file")

// openFile reads one profile file. It never waits for a pipe and never reads a
// device: an extends may name anything. A profile has hundreds of small files;
// package os would take twice as many system calls.
func openFile(path string) (text string, err error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var info unix.Stat_t
	switch err := unix.Fstat(fd, &info); {
	case err != nil:
		return "", &fs.PathError{Op: "stat", Path: path, Err: err}
	case info.Mode&unix.S_IFMT != unix.S_IFREG:
		return "", errNotRegular
	case info.Size > MaxFile:
		return "", ErrTooLarge
	}
	data := make([]byte, info.Size)
	n := 0
	for n < len(data) {
		read, err := unix.Read(fd, data[n:])
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return "", &fs.PathError{Op: "read", Path: path, Err: err}
		}
		if read == 0 {
			break
		}
		n += read
	}
	return string(data[:n]), nil
}

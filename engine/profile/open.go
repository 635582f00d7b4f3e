package profile

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// maxFile bounds one profile file, in bytes.
const maxFile = 16 << 20

var errNotRegular = errors.New("not a regular file")

// openFile reads one profile file. It never waits for a pipe and never reads a
// device: an extends may name anything.
func openFile(path string) (text string, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxFile {
		return "", ErrTooLarge
	}
	return string(data), nil
}

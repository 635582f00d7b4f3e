package tree

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// beneath keeps a look-up inside the root, whatever links the tree holds.
const beneath = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS

// Root is an open folder; everything below it is reached from its descriptor.
type Root struct {
	fd   int
	name string
}

// OpenRoot opens the folder at path. The path leading to it is trusted; its
// last component must be a folder, not a symbolic link to one.
func OpenRoot(path string) (*Root, error) {
	fd, err := unix.Open(filepath.Clean(path), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open folder %s: %w", path, err)
	}
	return &Root{fd: fd, name: path}, nil
}

// Close releases the descriptor.
func (r *Root) Close() error {
	return unix.Close(r.fd)
}

// OpenFile opens path, relative to the root, for reading. No component of path
// may be a symbolic link. A fifo does not block.
func (r *Root) OpenFile(path string) (*os.File, error) {
	fd, err := r.OpenFd(path)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}

// OpenFd is OpenFile for those who read very many files: a bare descriptor costs
// half the system calls.
func (r *Root) OpenFd(path string) (int, error) {
	fd, err := r.open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK)
	if err != nil {
		return -1, fmt.Errorf("open %q: %w", path, err)
	}
	return fd, nil
}

func (r *Root) open(path string, flags uint64) (int, error) {
	how := unix.OpenHow{Flags: flags | unix.O_CLOEXEC, Resolve: beneath}
	for {
		fd, err := unix.Openat2(r.fd, path, &how)
		// EAGAIN: the kernel saw a rename race while resolving.
		if err != unix.EINTR && err != unix.EAGAIN {
			return fd, err
		}
	}
}

// chmodAt sets the mode of name in the folder dir and never follows a link.
// The detour over /proc is the one way that works on every kernel and needs no
// permission to read the entry.
func chmodAt(dir int, name string, mode uint32) error {
	fd, err := unix.Openat(dir, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Chmod("/proc/self/fd/"+strconv.Itoa(fd), mode)
}

package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// maxDepth bounds the descriptors and the stack that Remove uses. Folders that
// lie deeper are moved to the top of the tree and emptied from there.
const maxDepth = 64

// Remove deletes the tree at path, or the single file or link. Read-only and
// unreadable folders are made writable first, so the owner of a tree can always
// remove it; links are removed, not followed; any depth will do. A path that
// does not exist is no error. It stops at the first thing it cannot remove.
func Remove(path string) error {
	path = filepath.Clean(path)
	parent, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %s: open its folder: %w", path, err)
	}
	defer unix.Close(parent)
	r := &remover{top: -1}
	if err := r.remove(parent, filepath.Base(path), 0); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("remove %s: %w", path, err)
	}
	return nil
}

type remover struct {
	top   int // the root of the tree being removed
	moved int // how many folders were moved there, for their names
}

// remove deletes name in the folder dir, whatever it is.
func (r *remover) remove(dir int, name string, depth int) error {
	err := unix.Unlinkat(dir, name, 0)
	// EISDIR is Linux's word for a folder, EPERM is POSIX's.
	if err == nil || (err != unix.EISDIR && err != unix.EPERM) {
		return wrapName("unlink", name, err)
	}
	var st unix.Stat_t
	if err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return wrapName("stat", name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return wrapName("unlink", name, err)
	}
	if st.Mode&0o700 != 0o700 {
		if err := chmodAt(dir, name, 0o700); err != nil {
			return wrapName("change mode of", name, err)
		}
	}
	if depth > maxDepth {
		return r.moveToTop(dir, name)
	}
	return r.removeFolder(dir, name, depth)
}

func (r *remover) removeFolder(dir int, name string, depth int) error {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return wrapName("open folder", name, err)
	}
	f := os.NewFile(uintptr(fd), name)
	defer f.Close()
	if r.top < 0 {
		r.top = fd
	}
	if err := r.empty(f, depth); err != nil {
		return err
	}
	return wrapName("remove folder", name, unix.Unlinkat(dir, name, unix.AT_REMOVEDIR))
}

// empty deletes what the folder holds. It reads the folder again until nothing
// is left, because the deeper levels may have moved folders into it.
func (r *remover) empty(f *os.File, depth int) error {
	for {
		names, err := f.Readdirnames(-1)
		if err != nil {
			return wrapName("read folder", f.Name(), err)
		}
		if len(names) == 0 {
			return nil
		}
		for _, name := range names {
			if err := r.remove(int(f.Fd()), name, depth+1); err != nil {
				return err
			}
		}
		if _, err := f.Seek(0, 0); err != nil {
			return wrapName("rewind folder", f.Name(), err)
		}
	}
}

// moveToTop takes a folder out of the depth. A name that is taken there is
// tried with the next number; one that belongs to an empty folder is replaced,
// which does no harm since both are to go.
func (r *remover) moveToTop(dir int, name string) error {
	for {
		r.moved++
		err := unix.Renameat(dir, name, r.top, "belljar-moved-"+strconv.Itoa(r.moved))
		switch err {
		case unix.EEXIST, unix.ENOTEMPTY, unix.ENOTDIR:
			continue
		}
		return wrapName("move folder", name, err)
	}
}

func wrapName(verb, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", verb, name, err)
}

package sandbox

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// readOnly opens the file anew on a read-only mount that stands nowhere: who
// gets this descriptor cannot open the file for writing through it, as an
// ordinary user's build, being the file's owner, otherwise could. What is no
// regular file, a pipe, comes back as it is.
func readOnly(f *os.File) (*os.File, error) {
	fd := int(f.Fd())
	var given, got unix.Stat_t
	if err := unix.Fstat(fd, &given); err != nil {
		return nil, fmt.Errorf("stat a source: %w", err)
	}
	if given.Mode&unix.S_IFMT != unix.S_IFREG {
		return reopen(f), nil
	}
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	if err != nil {
		return nil, fmt.Errorf("find a source: %w", err)
	}
	tree, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return nil, fmt.Errorf("open source %s: %w", path, err)
	}
	defer unix.Close(tree)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		return nil, fmt.Errorf("make source %s read-only: %w", path, err)
	}
	ro, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", tree), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open source %s: %w", path, err)
	}
	file := os.NewFile(uintptr(ro), path)
	if err := unix.Fstat(ro, &got); err != nil || got.Dev != given.Dev || got.Ino != given.Ino {
		file.Close()
		return nil, fmt.Errorf("open source %s: it is another file now", path)
	}
	return file, nil
}

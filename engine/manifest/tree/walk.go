package tree

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// Entry is one thing in the tree, as lstat saw it. It is valid only during the
// visit that received it.
type Entry struct {
	Path string // relative to the root, e.g. "lib/libz.so"; "." is the root itself
	Stat unix.Stat_t

	dir  int
	name string
}

// Walk calls visit for the root and then for everything below it, each folder
// before its content and before it is opened, so that visit may change its
// mode. Anything that cannot be read is an error; nothing is left out
// silently. A path longer than the kernel takes (4095 bytes) is an error too.
func (r *Root) Walk(visit func(*Entry) error) error {
	root := &Entry{Path: ".", dir: r.fd, name: "."}
	if err := unix.Fstat(r.fd, &root.Stat); err != nil {
		return fmt.Errorf("stat %s: %w", r.name, err)
	}
	if err := visit(root); err != nil {
		return err
	}
	// A list of paths instead of recursion: depth costs neither stack nor
	// descriptors.
	pending := []string{"."}
	for len(pending) > 0 {
		dir := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		sub, err := r.walkFolder(dir, visit)
		if err != nil {
			return err
		}
		pending = append(pending, sub...)
	}
	return nil
}

// walkFolder visits the entries of one folder and returns its subfolders.
func (r *Root) walkFolder(dir string, visit func(*Entry) error) ([]string, error) {
	fd, err := r.open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW)
	if err != nil {
		return nil, fmt.Errorf("open folder %q: %w", dir, err)
	}
	f := os.NewFile(uintptr(fd), dir)
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("read folder %q: %w", dir, err)
	}
	slices.Sort(names)
	var folders []string
	for _, name := range names {
		e := &Entry{Path: join(dir, name), dir: fd, name: name}
		if err := unix.Fstatat(fd, name, &e.Stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return nil, fmt.Errorf("stat %q: %w", e.Path, err)
		}
		if err := visit(e); err != nil {
			return nil, err
		}
		if e.Type() == unix.S_IFDIR {
			folders = append(folders, e.Path)
		}
	}
	return folders, nil
}

func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// Type is the entry's kind: one of the unix.S_IF constants.
func (e *Entry) Type() uint32 {
	return uint32(e.Stat.Mode) & unix.S_IFMT
}

// Perm is the entry's permission bits with setuid, setgid and sticky (0o7777).
func (e *Entry) Perm() uint32 {
	return uint32(e.Stat.Mode) & 0o7777
}

// Readlink returns the target of a symbolic link.
func (e *Entry) Readlink() (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := unix.Readlinkat(e.dir, e.name, buf)
		if err != nil {
			return "", fmt.Errorf("read link %q: %w", e.Path, err)
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}

// Chmod sets the permission bits; the entry must not be a symbolic link.
func (e *Entry) Chmod(perm uint32) error {
	if err := chmodAt(e.dir, e.name, perm); err != nil {
		return fmt.Errorf("change mode of %q: %w", e.Path, err)
	}
	return nil
}

// Chown sets the owner of the entry, of a link itself.
func (e *Entry) Chown(uid, gid int) error {
	if err := unix.Fchownat(e.dir, e.name, uid, gid, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("change owner of %q: %w", e.Path, err)
	}
	return nil
}

// SetTime sets both times of the entry, of a link itself, to seconds since 1970.
func (e *Entry) SetTime(seconds int64) error {
	t := unix.NsecToTimespec(seconds * 1e9)
	if err := unix.UtimesNanoAt(e.dir, e.name, []unix.Timespec{t, t}, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("set time of %q: %w", e.Path, err)
	}
	return nil
}

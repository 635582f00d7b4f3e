package escape

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// listing says of each path, by name, how it looked.
type listing map[string]string

// look describes one file for a listing.
type look func(path string, st *syscall.Stat_t) string

// byMode sees who may do what; it is for folders in which belljar works.
func byMode(_ string, st *syscall.Stat_t) string {
	return fmt.Sprintf("mode %06o owner %d:%d", st.Mode, st.Uid, st.Gid)
}

// exactly sees every change, one that was undone and a new hard link too: no
// program can set a file's change time.
func exactly(path string, st *syscall.Stat_t) string {
	target, _ := os.Readlink(path)
	return fmt.Sprintf("%s links %d size %d modified %d changed %d inode %d %s", byMode(path, st),
		st.Nlink, st.Size, st.Mtim.Nano(), st.Ctim.Nano(), st.Ino, target)
}

// inProject sees every change of the user's files, and modes of the folders, in
// which belljar makes its links.
func inProject(path string, st *syscall.Stat_t) string {
	if st.Mode&syscall.S_IFMT == syscall.S_IFREG && filepath.Base(path) != "belljar.lock" {
		return exactly(path, st)
	}
	return byMode(path, st)
}

// list describes everything at and below root.
func list(root string, l look) (listing, error) {
	found := listing{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return found.add(path, l)
	})
	return found, err
}

func (l listing) add(path string, how look) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return fmt.Errorf("stat %s: %w", path, err)
	}
	l[path] = how(path, &st)
	return nil
}

// compare looks again at what was listed. What came new is for others to
// judge.
func (l listing) compare(root string, how look) []string {
	now, err := list(root, how)
	if err != nil {
		return []string{fmt.Sprintf("list %s: %v", root, err)}
	}
	return l.differences(now)
}

func (l listing) differences(now listing) []string {
	var found []string
	for _, path := range slices.Sorted(maps.Keys(l)) {
		if now[path] != l[path] {
			found = append(found, fmt.Sprintf("%s has changed:\n  %s\n  %s", path, l[path], now[path]))
		}
	}
	return found
}

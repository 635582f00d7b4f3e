package toolchain

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
)

// A tree is an output that is being filled by several packages at once. The
// order in which they arrive does not show: a place is taken once, and links
// are made when all files are there, so that no file is written through one.
type tree struct {
	root *os.Root

	mu    sync.Mutex
	owner map[string]string // place -> package
	links []link
}

// A link is a symbolic link of a package.
type link struct {
	place  string // in the output
	name   string // in the package: "usr/bin/cc"
	target string // as the package has it: "gcc-10", "/etc/alternatives/cc"
}

func newTree(root *os.Root) *tree {
	return &tree{root: root, owner: map[string]string{}}
}

// claim takes a place for a package.
func (t *tree) claim(place, pkg string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if first, taken := t.owner[place]; taken {
		return fmt.Errorf("place %s of %s and %s: %w", place, min(first, pkg), max(first, pkg), ErrConflict)
	}
	t.owner[place] = pkg
	return nil
}

// addFile writes a regular file. Of its mode only "executable or not" counts:
// an output has no set-id bits and no private files.
func (t *tree) addFile(place, pkg string, executable bool, content io.Reader) (err error) {
	if err := t.claim(place, pkg); err != nil {
		return err
	}
	if err := t.root.MkdirAll(path.Dir(place), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	f, err := t.root.OpenFile(place, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	defer func() {
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}()
	if _, err := io.Copy(f, content); err != nil {
		return fmt.Errorf("write %s: %w", place, err)
	}
	return f.Chmod(mode(executable)) // the umask had its say in OpenFile
}

func mode(executable bool) fs.FileMode {
	if executable {
		return 0o755
	}
	return 0o644
}

// addCopy writes a hard link of a package, as a file of its own: manifests
// tell hard links from files, and there are only four.
func (t *tree) addCopy(place, pkg, source string) error {
	t.mu.Lock()
	owner := t.owner[source]
	t.mu.Unlock()
	if owner != pkg {
		return fmt.Errorf("link %s to %s of another package: %w", place, source, ErrUnsafe)
	}
	f, err := t.root.Open(source)
	if err != nil {
		return fmt.Errorf("open link's file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return t.addFile(place, pkg, info.Mode()&0o111 != 0, f)
}

func (t *tree) addLink(l link, pkg string) error {
	if err := t.claim(l.place, pkg); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.links = append(t.links, l)
	return nil
}

// checkFolders refuses a tree in which something lies below a link: it would
// be written wherever the link leads.
func (t *tree) checkFolders() error {
	isLink := map[string]bool{}
	for _, l := range t.links {
		isLink[l.place] = true
	}
	for place, pkg := range t.owner {
		for dir := path.Dir(place); dir != "."; dir = path.Dir(dir) {
			if isLink[dir] {
				return fmt.Errorf("place %s of %s below a link: %w", place, pkg, ErrUnsafe)
			}
		}
	}
	return nil
}

package profile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
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

// isURL says whether a name starts with a scheme.
func isURL(name string) bool {
	scheme, _, found := strings.Cut(name, "://")
	return found && scheme != "" && strings.Trim(strings.ToLower(scheme), "abcdefghijklmnopqrstuvwxyz0123456789+.-") == ""
}

// finder turns the names that profiles use into paths.
type finder struct {
	cwd     string
	folders map[string]string // folder -> the same without symbolic links
}

// location is where a profile file is.
type location struct {
	path     string // absolute, as short as it can be written
	identity string // equal for equal files
}

// find resolves a name against the folder of the file that mentions it. As for
// the kernel, ".." after a symbolic link leads out of the link's target: a
// shared folder that is linked into a project extends its own neighbours.
func (f *finder) find(folder, name string) (location, error) {
	path := expandHome(name)
	if !filepath.IsAbs(path) {
		path = folder + "/" + path
	}
	dir, base := filepath.Split(path)
	physical, err := f.physical(dir)
	if err != nil {
		return location{}, err
	}
	clean := filepath.Clean(dir)
	if same, err := f.physical(clean); err != nil || same != physical {
		clean = physical
	}
	return location{filepath.Join(clean, base), filepath.Join(physical, base)}, nil
}

func (f *finder) physical(dir string) (string, error) {
	if p, ok := f.folders[dir]; ok {
		return p, nil
	}
	p, err := filepath.EvalSymlinks(dir)
	if err == nil {
		f.folders[dir] = p
	}
	return p, err
}

// display is the path as the user would type it.
func (f *finder) display(path string) string {
	if rel, err := filepath.Rel(f.cwd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

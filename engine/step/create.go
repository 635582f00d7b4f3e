package step

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// create makes a file of belljar's own at an absolute path, in the place of
// whatever is there. The build has prepared the ground: no link of its leads
// out of the folders that it may write, and no fifo of its is opened.
func (w *worker) create(p string, mode fs.FileMode) (*os.File, error) {
	for _, dir := range w.grounds() {
		if name, below := strings.CutPrefix(p, dir+"/"); below {
			return createBeneath(dir, name, mode)
		}
	}
	return nil, fmt.Errorf("create %s: only %s, the output and %s can be written", p, w.order.work(), os.TempDir())
}

// grounds are the folders that a build may write.
func (w *worker) grounds() []string { return []string{w.order.work(), w.order.Output, os.TempDir()} }

func createBeneath(dir, name string, mode fs.FileMode) (*os.File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return nil, err
	}
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}

// write makes a file of belljar's own with this text.
func write(f *os.File, err error, text string) error {
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

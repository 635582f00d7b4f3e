package check

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// keep copies the trees of two builds that differ to where the options say. The
// first two stay.
func (c *checker) keep(usual, varied *outcome) error {
	if usual.trial == nil || varied.trial == nil || usual.failure != "" || varied.failure != "" {
		return nil
	}
	return c.keepTrees(usual.trial.Dir, varied.trial.Dir)
}

func (c *checker) keepTrees(usual, varied string) error {
	if c.options.Keep == "" {
		return nil
	}
	if _, err := os.Stat(c.options.Keep); err == nil {
		return nil
	}
	if err := os.MkdirAll(c.options.Keep, 0o755); err != nil {
		return fmt.Errorf("keep the trees of %s: %w", c.subject.Part, err)
	}
	for _, t := range []struct{ name, from string }{{"usual", usual}, {"varied", varied}} {
		if err := copyTree(filepath.Join(c.options.Keep, t.name), t.from); err != nil {
			return fmt.Errorf("keep the trees of %s: %w", c.subject.Part, err)
		}
	}
	return nil
}

// copyTree copies folders, files and links with their modes. Folders get theirs
// last: they may be read-only.
func copyTree(to, from string) error {
	var folders []string
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		switch {
		case info.IsDir():
			folders, modes[target] = append(folders, target), info.Mode().Perm()
			return os.Mkdir(target, 0o700)
		case info.Mode()&fs.ModeSymlink != 0:
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		}
		return copyFile(target, path, info.Mode().Perm())
	})
	for _, folder := range slices.Backward(folders) {
		err = errors.Join(err, os.Chmod(folder, modes[folder]))
	}
	return err
}

func copyFile(to, from string, mode fs.FileMode) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(mode), out.Close())
}

package check

import (
	"errors"
	"fmt"
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

// copyTree copies folders, files and links with their modes, which the library
// leaves to the umask. Folders get theirs after what is in them: they may be
// read-only.
func copyTree(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	var paths []string
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Type() == fs.ModeSymlink {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		target := to + path[len(from):]
		paths, modes[target] = append(paths, target), info.Mode().Perm()
		return nil
	})
	for _, path := range slices.Backward(paths) {
		err = errors.Join(err, os.Chmod(path, modes[path]))
	}
	return err
}

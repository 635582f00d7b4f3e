package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// removeRest clears away what belongs to no output: trees without a record,
// failed builds, and files about keys that are gone. What a living process
// works on is left: it holds the key's lock.
func (c *collection) removeRest() error {
	keep := map[string]bool{} // first 32 characters of keys
	manifests := map[string]bool{}
	for path := range c.rooted { // with or without a record that can be read
		keep[path[:hashLength]] = true
	}
	for _, d := range c.outputs {
		if !d.dead {
			keep[d.record.Key[:hashLength]] = true
			manifests[d.record.Manifest] = true
		}
	}
	if err := c.removeTrees(keep); err != nil {
		return err
	}
	if err := c.removeFailed(keep); err != nil {
		return err
	}
	for _, f := range []struct{ folder, suffix string }{
		{"record", ".json"}, {"action", ".json"}, {"log", ".log"}, {"observed", ".jsonl.zst"}, {"lock", lockSuffix},
	} {
		if err := c.removeFiles(f.folder, f.suffix, keep); err != nil {
			return err
		}
	}
	return c.removeManifests(manifests)
}

// removeTrees removes trees that no record vouches for.
func (c *collection) removeTrees(keep map[string]bool) error {
	entries, err := os.ReadDir(c.store.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if checkPath(name) != nil || keep[name[:hashLength]] || c.outputs[name] != nil {
			continue
		}
		err := c.ifFree(name[:hashLength], func() error {
			c.options.Deleted(Dead{Path: name, What: "unrecorded tree"})
			if c.options.DryRun {
				return nil
			}
			return c.setAside(filepath.Join(c.store.dir, name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeFailed removes the folders of failed builds, those younger than the
// filter excepted.
func (c *collection) removeFailed(keep map[string]bool) error {
	entries, err := os.ReadDir(c.store.meta("failed"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		info, err := e.Info()
		if err != nil || checkPath(name) != nil {
			continue
		}
		if c.options.OlderThan > 0 && c.options.Now.Sub(info.ModTime()) < c.options.OlderThan {
			keep[name[:hashLength]] = true // with its log
			continue
		}
		err = c.ifFree(name[:hashLength], func() error {
			c.options.Deleted(Dead{Path: ".belljar/failed/" + name, What: "failed build", Used: info.ModTime()})
			if c.options.DryRun {
				return nil
			}
			return c.setAside(c.store.meta("failed", name))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// removeFiles removes the files about keys that have no output.
func (c *collection) removeFiles(folder, suffix string, keep map[string]bool) error {
	entries, err := os.ReadDir(c.store.meta(folder))
	if err != nil {
		return err
	}
	for _, e := range entries {
		short, ok := strings.CutSuffix(e.Name(), suffix)
		if !ok || len(short) != hashLength || !allHex(short) || keep[short] || c.options.DryRun {
			continue
		}
		err := c.ifFree(short, func() error { return os.Remove(c.store.meta(folder, e.Name())) })
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (c *collection) removeManifests(keep map[string]bool) error {
	entries, err := os.ReadDir(c.store.meta("manifest"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if keep[e.Name()] || c.options.DryRun {
			continue
		}
		// None is being published: that takes the collector's lock too.
		if err := os.Remove(c.store.meta("manifest", e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// ifFree does what it is told unless somebody holds the key's lock.
func (c *collection) ifFree(short string, do func() error) error {
	name := c.store.meta("lock", short+lockSuffix)
	if _, err := os.Stat(name); c.options.DryRun && errors.Is(err, fs.ErrNotExist) {
		return do() // looking around leaves no lock behind
	}
	l := newLock(name)
	locked, err := l.TryLock()
	if IsFull(err) { // no room for a lock: the next run has it
		return l.Close()
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", short, err)
	}
	if !locked {
		return l.Close()
	}
	err = do()
	return errors.Join(err, l.Unlock())
}

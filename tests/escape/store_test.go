package escape

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// listStore describes the finished outputs that builds see, and the folders
// around the place where builds work. Of what else is there, in a store that
// outlives the run, the folders alone.
func listStore(store string) (listing, error) {
	found := listing{}
	entries, err := os.ReadDir(store)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		dir := filepath.Join(store, e.Name())
		if !seen(e.Name()) {
			if err := found.add(dir, byMode); err != nil {
				return nil, err
			}
			continue
		}
		output, err := list(dir, exactly)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, output)
	}
	return found, errors.Join(listFrame(found, store), listFailures(found, store))
}

// seen tells the toolchain's outputs, and one that a case may declare.
func seen(name string) bool {
	_, name, _ = strings.Cut(name, "-")
	return strings.HasPrefix(name, "base-") || strings.HasPrefix(name, "tools-") || name == "neighbour"
}

// listFailures adds what failed before, so that it can be passed by.
func listFailures(found listing, store string) error {
	kept, err := filepath.Glob(store + "/.belljar/failed/*")
	for _, dir := range kept {
		if err := found.add(dir, byMode); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return err
}

// listFrame adds the store's own folders and those above it.
func listFrame(found listing, store string) error {
	for dir := store; dir != "/"; dir = filepath.Dir(dir) {
		if err := found.add(dir, byMode); err != nil {
			return err
		}
	}
	own, err := filepath.Glob(store + "/.belljar/*")
	for _, dir := range append(own, store+"/.belljar") {
		if err := found.add(dir, byMode); err != nil {
			return err
		}
	}
	return err
}

// checkStore compares the store with how it was, and looks for what a build
// may never leave: a set-id file, an open folder of a failed build, a special
// file.
func checkStore(store string, before listing) []string {
	now, err := listStore(store)
	if err != nil {
		return []string{fmt.Sprintf("list the store: %v", err)}
	}
	return append(before.differences(now), checkModes(store, before)...)
}

// checkModes passes by what was there before this run.
func checkModes(store string, before listing) []string {
	var found []string
	staging, failed := store+"/.belljar/staging", store+"/.belljar/failed"
	err := filepath.WalkDir(store, func(path string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // another case's
		}
		if err != nil {
			return err
		}
		_, old := before[path]
		if dir := filepath.Dir(path); dir == staging || old && (dir == failed || dir == store && d.Name() != ".belljar") {
			return fs.SkipDir // the first are watched while builds run
		}
		if strings.Count(path, "/") > 300 {
			return fs.SkipDir // the case deep_tree's, which no attack uses
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if complaint := unfit(path, info, filepath.Dir(path) == failed, strings.HasPrefix(path, failed)); complaint != "" {
			found = append(found, complaint)
		}
		return nil
	})
	if err != nil {
		found = append(found, err.Error())
	}
	return found
}

// unfit says what is wrong with one file of the store. kept is a failed
// build's folder; within one, special files may lie: nobody gets there.
func unfit(path string, info fs.FileInfo, kept, within bool) string {
	mode := info.Mode()
	switch {
	case mode&(fs.ModeSetuid|fs.ModeSetgid) != 0:
		return fmt.Sprintf("%s is set-id: %v", path, mode)
	case kept && mode.Perm() != 0o700:
		return fmt.Sprintf("%s, of a failed build, is open to others: %v", path, mode)
	case !within && mode.Type()&^(fs.ModeDir|fs.ModeSymlink) != 0:
		return fmt.Sprintf("%s is a special file: %v", path, mode)
	case os.Geteuid() == 0 && info.Sys().(*syscall.Stat_t).Uid != 0:
		return fmt.Sprintf("%s does not belong to root: %d", path, info.Sys().(*syscall.Stat_t).Uid)
	}
	return ""
}

// watchStaging looks, all the while, whether anybody but belljar's user gets
// to where builds run. The returned function ends that and says what was seen.
func watchStaging(store string) func() []string {
	done, seen := make(chan struct{}), make(chan []string)
	go func() {
		var found []string
		for {
			found = append(found, openStaging(store)...)
			select {
			case <-done:
				seen <- found
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() []string { close(done); return <-seen }
}

func openStaging(store string) []string {
	var found []string
	dirs, _ := filepath.Glob(store + "/.belljar/staging/*")
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err == nil && info.IsDir() && info.Mode().Perm()&0o077 != 0 {
			found = append(found, fmt.Sprintf("builds in %s can be reached by others: %v", dir, info.Mode()))
		}
	}
	return found
}

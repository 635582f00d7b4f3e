package step

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// FixupRules is the version of what fixup does; raise it with every change,
// for it is part of keys.
const FixupRules = 2

// fixup prepares the finished output:
//   - libtool archives (.la) go: they name build paths and add needless links;
//   - debugging sections go, which name build paths (a build-id is computed
//     before, so /build must be mapped by the compiler all the same);
//   - every RUNPATH keeps only what NEEDED uses, written relative to $ORIGIN,
//     so that a plain copy of the closure runs anywhere, with the store path
//     second, so that an executable copied out of it still runs here.
func (w *worker) fixup() error {
	files, err := collect(w.order.Output)
	if err != nil {
		return fmt.Errorf("walk the output: %w", err)
	}
	for _, f := range files.libtool {
		if err := os.Remove(f); err != nil {
			return fmt.Errorf("remove libtool archive: %w", err)
		}
	}
	if err := w.strip(append(files.elf, files.archives...)); err != nil {
		return err
	}
	for _, f := range files.elf {
		if err := w.relocate(f); err != nil {
			return fmt.Errorf("set RUNPATH of %s: %w", f, err)
		}
	}
	return nil
}

// findings are the output's files that fixup works on; of several hard links
// to a file only the first is listed.
type findings struct {
	elf, archives, libtool []string
}

func collect(root string) (*findings, error) {
	var found findings
	seen := map[uint64]bool{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if st := info.Sys().(*syscall.Stat_t); st.Nlink > 1 {
			if seen[st.Ino] {
				return nil
			}
			seen[st.Ino] = true
		}
		return found.add(p, info.Mode())
	})
	return &found, err
}

func (f *findings) add(p string, mode fs.FileMode) error {
	head, err := readHead(p, mode)
	if err != nil {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		f.elf = append(f.elf, p)
	case bytes.HasPrefix(head, []byte("!<arch>\n")):
		f.archives = append(f.archives, p)
	case strings.HasSuffix(p, ".la") && bytes.Contains(head, []byte("libtool library file")):
		f.libtool = append(f.libtool, p)
	}
	return nil
}

// readHead reads the first bytes, and makes the file readable and writable by
// its owner for that and for what follows: installed libraries are often 0444.
func readHead(p string, mode fs.FileMode) ([]byte, error) {
	if mode.Perm()&0o600 != 0o600 {
		if err := os.Chmod(p, mode.Perm()|0o600); err != nil {
			return nil, err
		}
		defer os.Chmod(p, mode.Perm()|0o400)
	}
	f, err := os.Open(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 256)
	n, _ := f.Read(head)
	return head[:n], nil
}

// strip removes debugging sections. A file that strip does not understand is
// left as it is, with a warning: an object for another machine is no error.
func (w *worker) strip(files []string) error {
	for len(files) > 0 {
		n := min(len(files), 200)
		if err := w.stripFiles(files[:n]); err != nil {
			for _, f := range files[:n] {
				if err := w.stripFiles([]string{f}); err != nil {
					w.warn(fmt.Sprintf("not stripped: %s: %v", f, err))
				}
			}
		}
		files = files[n:]
	}
	return nil
}

func (w *worker) stripFiles(files []string) error {
	restore, err := writable(files...)
	if err != nil {
		return err
	}
	err = finished(w.tool("strip", append([]string{"-D", "--strip-debug", "--"}, files...)...).Run())
	return errors.Join(err, restore())
}

// writable lets the owner write the files and returns how to undo that.
func writable(files ...string) (restore func() error, err error) {
	modes := map[string]fs.FileMode{}
	for _, f := range files {
		info, err := os.Lstat(f)
		if err != nil {
			return nil, err
		}
		if mode := info.Mode().Perm(); mode&0o600 != 0o600 {
			modes[f] = mode
			if err := os.Chmod(f, mode|0o600); err != nil {
				return nil, err
			}
		}
	}
	return func() (err error) {
		for f, mode := range modes {
			err = errors.Join(err, os.Chmod(f, mode))
		}
		return err
	}, nil
}

// tool runs a program of the toolchain in a clean environment: the profile's
// own may redirect it.
func (w *worker) tool(name string, args ...string) *exec.Cmd {
	cmd := w.command(w.tools+"/"+name, args...)
	cmd.Env = []string{"PATH=" + w.tools, "LC_ALL=C.UTF-8"}
	return cmd
}

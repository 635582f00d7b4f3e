package step

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/mholt/archives"
)

// sourceError blames a source file.
type sourceError struct {
	source string
	err    error
}

func (e *sourceError) Error() string { return e.source + ": " + e.err.Error() }
func (e *sourceError) Unwrap() error { return e.err }

// unpack extracts an archive into the work folder and enters its single top
// folder, when there is exactly one.
func (w *worker) unpack(name string) error {
	f, err := w.source(name)
	if err != nil {
		return err
	}
	if err := extract(f, w.dir); err != nil {
		return &sourceError{name, err}
	}
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return fmt.Errorf("list what was unpacked: %w", err)
	}
	if len(entries) == 1 && entries[0].IsDir() {
		w.dir = path.Join(w.dir, entries[0].Name())
	}
	return nil
}

// extract unpacks the archive f beneath dir. The format is told from the
// bytes alone. Permissions are as tar under umask 022 gives them, without
// set-id bits; times are the archive's, for make compares them.
func extract(f *os.File, dir string) error {
	format, stream, err := archives.Identify(context.Background(), "", f)
	if errors.Is(err, archives.NoMatch) {
		return errors.New("this is no archive that belljar can read")
	}
	if err != nil {
		return fmt.Errorf("recognise the archive: %w", err)
	}
	extractor, ok := format.(archives.Extractor)
	if !ok {
		return fmt.Errorf("this is compressed (%s) but holds no archive", format.Extension())
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the work folder: %w", err)
	}
	defer root.Close()
	x := &extraction{root: root, folders: map[string]time.Time{}}
	if err := extractor.Extract(context.Background(), stream, x.entry); err != nil {
		// Our own error without the library's words around it.
		return cmp.Or(x.err, err)
	}
	return x.finish()
}

// extraction writes entries beneath one root: os.Root follows no link out.
type extraction struct {
	root    *os.Root
	folders map[string]time.Time // set at the end: writing into a folder changes its time
	err     error                // what was wrong with an entry
}

func (x *extraction) entry(_ context.Context, info archives.FileInfo) error {
	x.err = x.place(info)
	return x.err
}

func (x *extraction) place(info archives.FileInfo) error {
	name, err := cleanName(info.NameInArchive)
	if err != nil || name == "." {
		return err
	}
	if err := x.write(name, info); err != nil {
		if strings.Contains(err.Error(), "escapes") {
			return fmt.Errorf("entry %q climbs out of its folder through a link", info.NameInArchive)
		}
		return fmt.Errorf("entry %q: %w", info.NameInArchive, err)
	}
	return nil
}

// maxName is the kernel's: no program could name what lies deeper.
const maxName = 4095

func cleanName(name string) (string, error) {
	if len(name) > maxName {
		return "", fmt.Errorf("entry %q...: its name has %d bytes, and no path may have more than %d", name[:40], len(name), maxName)
	}
	if strings.HasPrefix(name, "/") {
		return "", fmt.Errorf("entry %q climbs out of its folder: it is absolute", name)
	}
	clean := path.Clean(strings.TrimRight(name, "/"))
	if clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("entry %q climbs out of its folder", name)
	}
	return clean, nil
}

func (x *extraction) write(name string, info archives.FileInfo) error {
	if info.IsDir() {
		x.folders[name] = info.ModTime()
		return x.root.MkdirAll(name, 0o755)
	}
	if dir := path.Dir(name); dir != "." {
		if err := x.root.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	if h, ok := info.Header.(*tar.Header); ok && h.Typeflag == tar.TypeLink {
		return x.hardLink(name, h.Linkname)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return x.replace(name, func() error { return x.root.Symlink(info.LinkTarget, name) })
	case info.Mode().IsRegular():
		return x.replace(name, func() error { return x.file(name, info) })
	}
	return fmt.Errorf("a %s is nothing that a source may hold", info.Mode().Type())
}

// replace lets a later entry of the same name win, as tar does.
func (x *extraction) replace(name string, create func() error) error {
	err := create()
	if errors.Is(err, fs.ErrExist) {
		if err := x.root.Remove(name); err != nil {
			return err
		}
		return create()
	}
	return err
}

func (x *extraction) hardLink(name, target string) error {
	old, err := cleanName(target)
	if err != nil {
		return err
	}
	return x.replace(name, func() error { return x.root.Link(old, name) })
}

func (x *extraction) file(name string, info archives.FileInfo) (err error) {
	mode := fs.FileMode(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	in, err := info.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = copySparse(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	return x.root.Chtimes(name, info.ModTime(), info.ModTime())
}

func (x *extraction) finish() error {
	for name, t := range x.folders {
		if err := x.root.Chtimes(name, t, t); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("set the time of %q: %w", name, err)
		}
	}
	return nil
}

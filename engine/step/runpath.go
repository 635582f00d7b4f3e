package step

import (
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// relocate rewrites the RUNPATH of one dynamic ELF file.
func (w *worker) relocate(file string) error {
	d, err := readDynamic(file)
	if err != nil || d == nil {
		return err
	}
	runpath := d.relocated(file, w.order.Output)
	if runpath == d.runpath && !d.rpath {
		return nil
	}
	restore, err := writable(file)
	if err != nil {
		return err
	}
	err = finished(w.tool("patchelf", "--set-rpath", runpath, file).Run())
	if err == nil && runpath == "" {
		// Only now: removing it would leave the old text in the file, and with
		// it a reference to what the file does not use.
		err = finished(w.tool("patchelf", "--remove-rpath", file).Run())
	}
	return errors.Join(err, restore())
}

// dynamic is what the loader searches for one file.
type dynamic struct {
	needed  []string
	runpath string
	rpath   bool // it was DT_RPATH, which overrides LD_LIBRARY_PATH
}

// readDynamic returns nil for a file without search path: static programs,
// objects, libraries that need nothing but glibc, and what no loader would
// load. An error is about opening the file.
func readDynamic(file string) (*dynamic, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	f, err := elf.NewFile(in)
	if err != nil || f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return nil, nil // broken on purpose, for some test suite; strip has warned
	}
	d := &dynamic{}
	path, err := f.DynString(elf.DT_RUNPATH)
	if err == nil && len(path) == 0 {
		path, err = f.DynString(elf.DT_RPATH)
		d.rpath = len(path) > 0
	}
	if err != nil || len(path) == 0 {
		return nil, nil
	}
	d.runpath = path[0]
	if d.needed, err = f.ImportedLibraries(); err != nil {
		return nil, nil
	}
	return d, nil
}

// relocated gives the new RUNPATH: for every entry that provides a NEEDED
// library, in the old order, the way there from file's folder and then the
// absolute path. Entries outside the store, which is the folder that output
// stands in, are dropped: /build is gone when the output is used, /tc/priv is
// the tools' own.
func (d *dynamic) relocated(file, output string) string {
	var entries []string
	missing := slices.Clone(d.needed)
	store := filepath.Dir(output)
	for _, dir := range searchDirs(d.runpath, file) {
		if !strings.HasPrefix(dir, store+"/") {
			continue
		}
		var used bool
		missing = slices.DeleteFunc(missing, func(lib string) bool {
			_, err := os.Stat(filepath.Join(dir, filepath.Base(lib)))
			used = used || err == nil
			return err == nil
		})
		if used {
			entries = append(entries, fromOrigin(filepath.Dir(file), dir), dir)
		}
	}
	return strings.Join(entries, ":")
}

// searchDirs resolves a RUNPATH as the loader would for file, cleaned,
// without repetitions.
func searchDirs(runpath, file string) []string {
	var dirs []string
	for _, entry := range strings.Split(runpath, ":") {
		for _, origin := range []string{"${ORIGIN}", "$ORIGIN"} {
			entry = strings.ReplaceAll(entry, origin, filepath.Dir(file))
		}
		if dir := filepath.Clean(entry); entry != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func fromOrigin(from, to string) string {
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == "." {
		return "$ORIGIN"
	}
	return "$ORIGIN/" + rel
}

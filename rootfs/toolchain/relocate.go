package toolchain

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// setRPaths makes the tools find their own libraries in priv, a folder on no
// search path. It must be DT_RPATH: libtool sets LD_LIBRARY_PATH, which wins
// over DT_RUNPATH, and then a part's own libpcre2 breaks grep. What patchelf
// writes depends on the file alone, so the order of the files does not show.
func (t *tree) setRPaths(ctx context.Context, opts BuildOptions) error {
	files, err := t.needPrivate()
	if err != nil {
		return err
	}
	// A copy, because patchelf is one of the files and a running program
	// cannot be written.
	scratch, err := os.MkdirTemp("", "belljar-toolchain-")
	if err != nil {
		return fmt.Errorf("make scratch folder: %w", err)
	}
	defer os.RemoveAll(scratch)
	patchelf := filepath.Join(scratch, "patchelf")
	if err := t.copyOut("bin/patchelf", patchelf); err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(opts.Jobs, 1))
	for _, place := range files {
		g.Go(func() error {
			return t.run(ctx, opts, scratch, patchelf, "--force-rpath", "--set-rpath", Prefix+"/priv", filepath.Join(opts.Out, place))
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("set rpath: %w", err)
	}
	return nil
}

// needPrivate lists the ELF files that name a library of priv.
func (t *tree) needPrivate() ([]string, error) {
	var found []string
	for _, place := range t.places("") {
		info, err := t.root.Lstat(place)
		if err != nil {
			return nil, fmt.Errorf("look at file: %w", err)
		}
		if !info.Mode().IsRegular() {
			continue
		}
		libraries, err := t.neededBy(place)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", place, err)
		}
		for _, library := range libraries {
			if _, private := t.owner["priv/"+library]; private {
				found = append(found, place)
				break
			}
		}
	}
	return found, nil
}

// neededBy gives the libraries that an ELF file names; none for another file.
func (t *tree) neededBy(place string) ([]string, error) {
	f, err := t.root.Open(place)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	magic := make([]byte, len(elf.ELFMAG))
	if _, err := io.ReadFull(f, magic); err != nil || string(magic) != elf.ELFMAG {
		return nil, nil
	}
	file, err := elf.NewFile(f)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if file.Type != elf.ET_EXEC && file.Type != elf.ET_DYN {
		return nil, nil
	}
	libraries, err := file.ImportedLibraries()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil, nil
	}
	return libraries, err
}

func (t *tree) copyOut(place, to string) error {
	content, err := t.root.ReadFile(place)
	if err != nil {
		return fmt.Errorf("copy %s: %w", place, err)
	}
	if err := os.WriteFile(to, content, 0o700); err != nil {
		return fmt.Errorf("copy %s: %w", place, err)
	}
	return nil
}

// run runs one of the unpacked tools. priv is not at its later place yet, so
// the tool is told of it; nothing else of the environment reaches it.
func (t *tree) run(ctx context.Context, opts BuildOptions, dir, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "TMPDIR=" + dir, "LD_LIBRARY_PATH=" + filepath.Join(opts.Out, "priv")}
	said, err := cmd.CombinedOutput()
	if len(said) > 0 {
		fmt.Fprintf(opts.Log, "%s %s: %s\n", filepath.Base(program), strings.Join(args, " "), said)
	}
	if err != nil {
		return fmt.Errorf("run %s: %w: %s", filepath.Base(program), err, said)
	}
	return nil
}

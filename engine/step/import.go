package step

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"belljar.build/engine/action"
	"belljar.build/rootfs/toolchain"
)

// importToolchain makes one output of a toolchain release out of its
// packages.
func (w *worker) importToolchain(t *action.Toolset) error {
	if t.Rules != toolchain.Revision {
		return fmt.Errorf("this belljar imports toolchains by rules %d, not %d", toolchain.Revision, t.Rules)
	}
	dir, err := os.MkdirTemp("", "packages-")
	if err != nil {
		return fmt.Errorf("make a folder for packages: %w", err)
	}
	for name := range w.files {
		if err := w.place(name, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	release, err := toolchain.Load(t.Release)
	if err != nil {
		return err
	}
	return toolchain.Build(context.Background(), toolchain.BuildOptions{
		Release: release, Output: t.Output, Sources: dir, Out: w.order.Output, Jobs: w.order.Jobs, Log: w.out,
	})
}

// place writes a source out as a file.
func (w *worker) place(source, to string) error {
	in, err := w.source(source)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("place source %s: %w", source, err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

// ErrNoDiffoscope says that diffoscope is not installed.
var ErrNoDiffoscope = errors.New("diffoscope is not in PATH")

// FindDiffoscope is the program's path, or ErrNoDiffoscope.
func FindDiffoscope() (string, error) {
	program, err := exec.LookPath("diffoscope")
	if err != nil {
		return "", ErrNoDiffoscope
	}
	return program, nil
}

// Deep lets diffoscope compare the two trees that a check kept in dir, and
// writes what it prints to w. It runs on this machine, with the tools it finds,
// outside of any sandbox. When no trees were kept there is nothing to compare.
func Deep(ctx context.Context, program, dir string, w io.Writer) error {
	if _, err := os.Stat(filepath.Join(dir, "varied")); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	cmd := exec.CommandContext(ctx, program, "--exclude-directory-metadata=yes", "--text", "-", "usual", "varied")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, w
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 { // they differ
		return nil
	}
	if err != nil {
		return fmt.Errorf("run diffoscope: %w", err)
	}
	return nil
}

// ErrNotEmpty says that a folder for trees to be kept holds something already.
var ErrNotEmpty = errors.New("it is not empty")

// EmptyFolder makes dir, or looks that nothing is in it.
func EmptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make a folder to keep trees in: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	if err != nil {
		return fmt.Errorf("keep trees: %w", err)
	}
	return nil
}

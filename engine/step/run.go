package step

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"syscall"

	"belljar.build/engine/action"
)

// toolsDir is where a sandbox shows the toolchain's programs.
const toolsDir = "/tc/bin"

func (w *worker) run(r *action.Run) error {
	cmd := w.command(w.tools+"/sh", "-e", "-c", w.locate(r.Script))
	// A part that sets MAKEFLAGS itself has its reasons: a makefile that
	// cannot run in parallel.
	if _, own := w.order.Action.Env["MAKEFLAGS"]; r.Parallel && !own {
		w.jobserver(cmd)
	}
	if err := w.task.AlignPids(w.order.Varied.Pids); err != nil {
		return err
	}
	if u := w.order.Varied.Umask; u != 0 {
		defer syscall.Umask(syscall.Umask(u))
	}
	return finished(cmd.Run())
}

// jobserverFD is the number of the first of the jobserver's two descriptors.
// Scripts use those up to 9, bash some from 10 on and 255: a make that found
// another file there would write its tokens into it.
const jobserverFD = 98

// jobserver lets the makes of cmd draw tokens. How many there are, no
// environment says: the build is the same for any number.
func (w *worker) jobserver(cmd *exec.Cmd) {
	if len(w.tokens) != 2 {
		return
	}
	cmd.Env = append(cmd.Env, fmt.Sprintf("MAKEFLAGS= -j --jobserver-auth=%d,%d", jobserverFD, jobserverFD+1))
	cmd.ExtraFiles = make([]*os.File, jobserverFD-3, jobserverFD-1)
	cmd.ExtraFiles = append(cmd.ExtraFiles, w.tokens...)
}

func (w *worker) command(name string, args ...string) *exec.Cmd {
	return &exec.Cmd{
		Path: name, Args: append([]string{path.Base(name)}, args...),
		Env: append([]string(nil), w.env...), Dir: w.dir, Stdout: w.out, Stderr: w.out,
	}
}

// finished says how a command ended in words.
func finished(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Errorf("killed by signal %d (%s)", int(ws.Signal()), ws.Signal())
	}
	return fmt.Errorf("exit status %d", exit.ExitCode())
}

func (w *worker) patch(p *action.Patch) error {
	f, err := w.source(p.Source)
	if err != nil {
		return err
	}
	args := append([]string{"--batch"}, p.Options...)
	cmd := w.command(w.tools+"/patch", args...)
	if p.Binary != "" {
		cmd = w.command(w.tools+"/sh", append([]string{"-e", "-c", "exec " + w.locate(p.Binary) + ` "$@"`, "sh"}, args...)...)
	}
	// Through a pipe: a descriptor of the file itself could be opened again
	// for writing, past every read-only mount, by a build that runs as the
	// file's owner.
	cmd.Stdin = struct{ io.Reader }{f}
	if err := finished(cmd.Run()); err != nil {
		return &sourceError{p.Source, fmt.Errorf("the patch does not apply with %s: %w", strings.Join(p.Options, " "), err)}
	}
	return nil
}

func (w *worker) copy(c *action.Copy) (err error) {
	in, err := w.source(c.Source)
	if err != nil {
		return err
	}
	to := w.absolute(c.Path)
	out, err := w.create(to, os.FileMode(c.Mode)&0o777)
	if err != nil {
		return fmt.Errorf("place source %s: %w", c.Source, err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func (w *worker) absolute(p string) string {
	p = w.locate(p)
	if path.IsAbs(p) {
		return path.Clean(p)
	}
	return path.Join(w.dir, p)
}

func (w *worker) enter(dir string) error {
	to := w.absolute(dir)
	info, err := os.Stat(to)
	if err != nil {
		return fmt.Errorf("enter folder %s: %w", dir, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("enter folder %s: it is a file", dir)
	}
	w.dir = to
	return nil
}

// promise warns of files that the profile promised and the build lacks, as
// the recipe has always done; a missing promise is no failure.
func (w *worker) promise(paths []string) error {
	for _, p := range paths {
		if _, err := os.Stat(w.absolute(p)); err != nil {
			w.warn("promised file is missing: " + w.locate(p))
		}
	}
	return nil
}

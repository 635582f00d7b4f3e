package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/build"
	"belljar.build/engine/store"
)

// exitInterrupted is what shells say of a command that Ctrl-C ended.
const exitInterrupted = 130

type shellOptions struct {
	failed bool
	jobs   int
}

func shellCommand(g *globals) *cobra.Command {
	o := &shellOptions{}
	cmd := &cobra.Command{
		Use:   "shell PART [-- COMMAND...]",
		Short: "open a shell in the sandbox of a part's build, its steps as functions",
		Long: `Opens a shell in the very sandbox that builds PART: what the part declares is
built first, its sources are unpacked in /build, and each further step
(configure, make, install, ...) is a function to call. With arguments such a
name is the program: make is the step, make check is make. Nothing that is done
in there gets into the store, and no limit applies. --failed opens /build and
the output of the part's last failed build instead, in place: what is changed
stays, until the next build of the part.

One word after -- is a script for bash, several are a command and its arguments;
without any, bash reads its input. What belljar itself says goes to stderr. The
shell has a terminal when belljar's input and output are one. The exit code is
the shell's, 130 when it is interrupted.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runShell(cmd.Context(), g, o, args, cmd.ArgsLenAtDash())
		},
	}
	cmd.Flags().BoolVar(&o.failed, "failed", false, "the folders that the part's failed build left")
	cmd.Flags().IntVarP(&o.jobs, "jobs", "j", 0, "processes at a time (default: the number of CPUs)")
	return cmd
}

func runShell(ctx context.Context, g *globals, o *shellOptions, args []string, dash int) error {
	var command []string
	if dash >= 0 {
		args, command = args[:dash], args[dash:]
	}
	p, graph, s, part, err := g.onePart(ctx, "shell", args)
	if err != nil {
		return err
	}
	defer s.Close()
	status, err := p.Shell(ctx, graph, part, build.Options{
		Store: s, Jobs: o.jobs, Events: newNarrator(os.Stderr, g).events(),
	}, build.ShellOptions{
		Failed: o.failed, Command: command, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	switch {
	case errors.Is(err, context.Canceled):
		return &ended{exitInterrupted}
	case errors.Is(err, store.ErrNotKept):
		return &hinted{fmt.Errorf("part %s: %w", part, store.ErrNotKept), "belljar shell " + part + " opens a fresh sandbox of its build"}
	case err == nil && status != 0:
		return &ended{status}
	}
	return err
}

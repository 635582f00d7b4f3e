package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/build"
	"belljar.build/engine/store"
)

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
(configure, make, install, ...) is a function to call. Nothing that is done in
there gets into the store. --failed opens the folders of the part's last failed
build instead, in place: what is changed stays, until the next failure.

With a command, or when the input is no terminal, bash runs that and ends; the
exit code is its.`,
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
		Failed: o.failed, Command: strings.Join(command, " "), Stdin: os.Stdin, Stdout: os.Stdout,
	})
	switch {
	case errors.Is(err, store.ErrNotKept):
		return &hinted{fmt.Errorf("part %s: %w", part, store.ErrNotKept), "belljar shell " + part + " opens a fresh sandbox of its build"}
	case err == nil && status != 0:
		return &ended{status}
	}
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"

	"github.com/spf13/cobra"

	"belljar.build/engine/project"
)

func runCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run PART -- COMMAND [ARGUMENT...]",
		Short: "run a built part's program on this machine, the store at its logical path",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRun(cmd.Context(), g, args, cmd.ArgsLenAtDash())
		},
	}
	return cmd
}

func runRun(ctx context.Context, g *globals, args []string, dash int) error {
	if dash < 1 || dash == len(args) {
		return fmt.Errorf("%w: belljar run PART -- COMMAND [ARGUMENT...]", errUsage)
	}
	_, graph, s, part, err := g.onePart(ctx, "run", args[:dash])
	if err != nil {
		return err
	}
	defer s.Close()
	err = project.Run(s, graph, part, args[dash:]) // may replace this process
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &ended{exitStatus(exit)}
	}
	return err
}

// exitStatus is the command's, as a shell has it: 128 and the signal's number
// when one killed it.
func exitStatus(exit *exec.ExitError) int {
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return exit.ExitCode()
}

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
	p, parts, err := g.open(false, args[:dash])
	if err != nil {
		return err
	}
	if len(parts) != 1 {
		return fmt.Errorf("%w: belljar run takes one part, not %d", errUsage, len(parts))
	}
	graph, err := p.Plan(ctx, parts)
	if err != nil {
		return err
	}
	s, err := p.OpenStore()
	if err != nil {
		return err
	}
	defer s.Close()
	err = project.Run(s, graph, parts[0], args[dash:]) // may replace this process
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

package main

import (
	"context"

	"github.com/spf13/cobra"
)

func lockCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "lock [section:option=value...]",
		Short: "fetch every source and write belljar.lock",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLock(cmd.Context(), g, args)
		},
	}
}

func runLock(ctx context.Context, g *globals, args []string) error {
	p, parts, err := g.open(ctx, false, args)
	if err != nil {
		return err
	}
	graph, err := p.Plan(ctx, parts)
	if err != nil {
		return err
	}
	return p.Lock(ctx, graph, parts == nil)
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func logCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "log PART",
		Short: "print the log of a part's last build, failed or not",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLog(cmd.Context(), g, args)
		},
	}
}

func runLog(ctx context.Context, g *globals, args []string) error {
	_, graph, s, part, err := g.onePart(ctx, "log", args)
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := os.Open(s.LogPath(graph.Part(part).Key))
	if err != nil {
		return fmt.Errorf("part %s was never built as it is now: %w", part, err)
	}
	defer f.Close()
	_, err = io.Copy(os.Stdout, f)
	return err
}

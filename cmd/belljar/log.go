package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/store"
)

type logOptions struct {
	observed bool
}

func logCommand(g *globals) *cobra.Command {
	o := &logOptions{}
	cmd := &cobra.Command{
		Use:   "log PART",
		Short: "print the log of a part's last build, failed or not",
		Long: `Prints what PART's last build printed, whether it failed or not.

With --observed it prints what the part's last build under belljar build
--observe named, one JSON object a line: each program that ran, with its
arguments, and each path that one opened, asked about, listed or linked, found
or not, and each address that it connected to.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLog(cmd.Context(), g, o, args)
		},
	}
	cmd.Flags().BoolVar(&o.observed, "observed", false, "what the build named, as JSON lines")
	return cmd
}

func runLog(ctx context.Context, g *globals, o *logOptions, args []string) error {
	_, graph, s, part, err := g.onePart(ctx, "log", args)
	if err != nil {
		return err
	}
	defer s.Close()
	f, err := openLog(s, graph.Part(part).Key, o)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("part %s was never built as it is now", part)
	}
	if err != nil {
		return fmt.Errorf("part %s: %w", part, err)
	}
	defer f.Close()
	out := io.Writer(os.Stdout)
	if o.observed {
		out = plain(os.Stdout)
	}
	_, err = io.Copy(out, f)
	return err
}

func openLog(s *store.Store, key string, o *logOptions) (io.ReadCloser, error) {
	if !o.observed {
		return os.Open(s.LogPath(key))
	}
	f, err := s.Observation(key)
	if errors.Is(err, store.ErrAbsent) {
		return nil, &hinted{errors.New("nothing was observed of its build"), "belljar build --observe records what a build names"}
	}
	return f, err
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/graph"
	"belljar.build/engine/why"
)

type whyOptions struct {
	all      bool
	json     bool
	build    bool
	runTime  bool
	evidence int
}

func whyCommand(g *globals) *cobra.Command {
	o := &whyOptions{}
	cmd := &cobra.Command{
		Use:   "why [section:option=value...] A B",
		Short: "say why A needs B: who declares it, and which files refer to it",
		Long: `why prints a shortest way from A to B, and for every step of it where the
profile declares it and what in the files of the finished output refers to the
other: a library that the loader finds there, an interpreter, a link, a text.

A and B are parts, finished outputs (a store path, the first digits of a key), or
outputs of the toolchain by their name. Nothing is built. That A does not need B
is an answer like any other: the exit code is 0.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runWhy(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "every step of every way from A to B")
	f.BoolVar(&o.json, "json", false, "print JSON for programs")
	f.BoolVar(&o.build, "build", false, "only what builds declare")
	f.BoolVar(&o.runTime, "run-time", false, "only what files refer to")
	f.IntVar(&o.evidence, "evidence", 4, "how many places in files to name for each step")
	return cmd
}

func (o *whyOptions) kinds() graph.Kind {
	switch {
	case o.build:
		return graph.Build
	case o.runTime:
		return graph.Reference
	}
	return graph.Any
}

func runWhy(ctx context.Context, g *globals, o *whyOptions, args []string) error {
	if o.evidence < 1 {
		return fmt.Errorf("%w: --evidence %d: at least one place is named", errUsage, o.evidence)
	}
	if o.build && o.runTime {
		return fmt.Errorf("%w: --build and --run-time exclude each other", errUsage)
	}
	if words, _, err := split(args); err == nil && len(words) != 2 {
		return fmt.Errorf("%w: belljar why takes two outputs, not %d", errUsage, len(words))
	}
	q, err := g.ask(ctx, args)
	if err != nil {
		return err
	}
	defer q.Close()
	a, err := why.Explain(q.Store, q.About[0], q.About[1], why.Options{
		Kinds: o.kinds(), All: o.all, Evidence: o.evidence, Profile: q.Profile,
	})
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(a)
	}
	return printAnswer(os.Stdout, a, o)
}

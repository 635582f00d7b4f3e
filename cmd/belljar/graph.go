package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/graph"
)

type graphOptions struct {
	format    string
	json      bool
	runTime   bool
	toolchain bool
	reduce    bool
	reduceSet bool
}

func graphCommand(g *globals) *cobra.Command {
	o := &graphOptions{}
	cmd := &cobra.Command{
		Use:   "graph [section:option=value...] [part...]",
		Short: "print which part needs which, as dot, JSON or a drawing (SVG)",
		Long: `graph prints what the parts need, all that the profile lists or those named, as
their builds declare it. Names of finished outputs (store paths, keys) do as
well. Nothing is built; what is not in the store is drawn dashed.

The drawing is made without other programs: belljar graph --format svg > g.svg`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.reduceSet = cmd.Flags().Changed("reduce")
			return runGraph(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "dot", "dot, json or svg")
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	f.BoolVar(&o.runTime, "run-time", false, "what the files of finished outputs refer to, not what builds declare")
	f.BoolVar(&o.toolchain, "toolchain", false, "with the toolchain that builds run in")
	f.BoolVar(&o.reduce, "reduce", false, "leave out edges that longer ways imply (default: only in the drawing)")
	return cmd
}

func runGraph(ctx context.Context, g *globals, o *graphOptions, args []string) error {
	if o.json {
		o.format = "json"
	}
	if o.format != "dot" && o.format != "json" && o.format != "svg" {
		return fmt.Errorf("%w: --format %s: write dot, json or svg", errUsage, o.format)
	}
	q, err := g.ask(ctx, args)
	if err != nil {
		return err
	}
	defer q.Close()
	kinds := graph.Input
	if o.runTime {
		kinds = graph.Reference
	}
	if o.toolchain {
		kinds |= graph.Toolchain
	}
	shown := q.Graph.Part(kinds, q.About...)
	if o.reduce || !o.reduceSet && o.format == "svg" {
		shown = shown.Reduce()
	}
	switch o.format {
	case "json":
		return shown.JSON(os.Stdout)
	case "svg":
		return shown.SVG(os.Stdout)
	}
	return shown.Dot(os.Stdout)
}

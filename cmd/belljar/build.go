package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"belljar.build/engine/build"
	"belljar.build/engine/project"
)

type buildOptions struct {
	jobs    int
	locked  bool
	json    bool
	observe bool
	keep    bool
	limits  []string
}

func (o *buildOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVarP(&o.jobs, "jobs", "j", 0, "processes at a time (default: the number of CPUs); never changes an output")
	f.BoolVarP(&o.keep, "keep-going", "k", false, "after a failure, build all that does not need what failed")
	f.BoolVar(&o.locked, "locked", false, "refuse sources that belljar.lock does not name")
	f.BoolVar(&o.observe, "observe", false, "record what each build names, found or not (belljar log --observed PART), building once more what was never observed; never changes an output")
	f.StringArrayVar(&o.limits, "limit", nil, "NAME=VALUE: end a build that takes more time or silence (30m, 2h), memory, log or file-size (500M, 8G), or processes; may be repeated")
	f.BoolVar(&o.json, "json", false, "print what happens as JSON, an object a line; the last holds the table")
}

// besides are the flags of commands that build what is missing, for the sake of
// something else.
func (o *buildOptions) besides(f *pflag.FlagSet) {
	f.IntVarP(&o.jobs, "jobs", "j", 0, "processes at a time (default: the number of CPUs)")
	f.BoolVar(&o.locked, "locked", false, "refuse sources that belljar.lock does not name")
	f.StringArrayVar(&o.limits, "limit", nil, "NAME=VALUE: end a build that takes more, as belljar build does; may be repeated")
}

func buildCommand(g *globals) *cobra.Command {
	o := &buildOptions{}
	cmd := &cobra.Command{
		Use:     "build [section:option=value...] [part...]",
		Aliases: []string{"install"},
		Short:   "build parts (all that the profile lists, by default)",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runBuild(cmd.Context(), g, o, args)
		},
	}
	o.flags(cmd)
	return cmd
}

func runBuild(ctx context.Context, g *globals, o *buildOptions, args []string) error {
	if !o.json {
		rows, err := realise(ctx, g, o, args, build.Events{})
		if err != nil {
			return err
		}
		return printTable(os.Stdout, rows)
	}
	w := newEventWriter(os.Stdout)
	rows, err := realise(ctx, g, o, args, w.events())
	if err != nil {
		w.ended(err)
		return err
	}
	return w.done(rows)
}

// realise builds what args name. The person is told of it on stderr.
func realise(ctx context.Context, g *globals, o *buildOptions, args []string, events build.Events) ([]project.Row, error) {
	if o.jobs < 0 {
		return nil, fmt.Errorf("%w: --jobs %d: there is no negative number of processes", errUsage, o.jobs)
	}
	if _, err := build.ParseLimits(o.limits...); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	p, parts, err := g.open(ctx, o.locked, args)
	if err != nil {
		return nil, err
	}
	limits, err := p.Limits(o.limits)
	if err != nil {
		return nil, err
	}
	graph, err := p.Plan(ctx, parts)
	if err != nil {
		return nil, err
	}
	ui := newNarrator(os.Stderr, g)
	ui.profileWarnings(p.Profile.Warnings())
	ui.warnings(graph.Warnings)
	s, err := p.OpenStore()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	shown, stop := watch(g, s, ui)
	defer stop()
	results, err := p.Build(ctx, graph, build.Options{
		Store: s, Jobs: o.jobs, Observe: o.observe, KeepGoing: o.keep, Limits: limits, Events: events.And(shown),
	})
	stop()
	if err != nil {
		return nil, err
	}
	return project.Table(graph, results), p.Link(s, graph, results, parts == nil)
}

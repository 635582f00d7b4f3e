package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/build"
	"belljar.build/engine/check"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
	"belljar.build/engine/vary"
)

type checkOptions struct {
	buildOptions
	all     bool
	vary    []string
	noVary  []string
	list    bool
	repeat  int
	keep    string
	deep    bool
	against string
	show    bool
}

func checkCommand(g *globals) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [section:option=value...] [part...]",
		Short: "prove that parts are reproducible, and name what breaks it",
		Long: `Builds each part once more with everything varied that its output must not depend
on: time, time zone, locale, environment, user, host, number of CPUs, and so on
(--list). If that gives the recorded manifest, the part is reproducible. If not,
more builds find the smallest set of variations that makes a difference, and
belljar names the files, the places in them, and what stands there.

Without parts it checks those that the profile lists, with --all also the parts
they need. What the store lacks is built first. The store keeps the verdicts;
--show prints them again.

It exits 0 when all are reproducible, and 3 when one is not.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheck(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "also the parts that those need")
	f.StringArrayVar(&o.vary, "vary", nil, "vary only these: `names` with commas; \"all\" are those that are varied by default, \"list\" lists them")
	f.StringArrayVar(&o.noVary, "no-vary", nil, "vary all but these `names`")
	f.BoolVar(&o.list, "list", false, "list the variations")
	f.IntVar(&o.repeat, "repeat", check.DefaultRepeat, "how many equal builds look for chance, where nothing else explains a difference")
	f.StringVar(&o.keep, "keep", "", "keep both trees of each part that differs in this empty `folder`, as PART/usual and PART/varied")
	f.BoolVar(&o.deep, "deep", false, "let diffoscope compare both trees too (it must be installed, and runs outside of any sandbox)")
	f.StringVar(&o.against, "against", "", "build nothing: compare with `what` was made elsewhere: a manifest, what build --json or check --json printed, or another store's folder")
	f.BoolVar(&o.show, "show", false, "build nothing: print the verdicts that the store keeps")
	o.besides(f)
	f.BoolVar(&o.json, "json", false, "print the verdicts as JSON")
	return cmd
}

func runCheck(ctx context.Context, g *globals, o *checkOptions, args []string) error {
	variations, list, err := chosenVariations(o.vary, o.noVary)
	if err != nil {
		return err
	}
	if list || o.list {
		return printVariations(os.Stdout)
	}
	if err := o.usage(); err != nil {
		return err
	}
	p, parts, err := g.open(ctx, o.locked, args)
	if err != nil {
		return err
	}
	graph, nodes, err := p.PlanCheck(ctx, parts, o.all)
	if err != nil {
		return err
	}
	s, err := p.OpenStore()
	if err != nil {
		return err
	}
	defer s.Close()
	switch {
	case o.against != "":
		return checkAgainst(ctx, g, o, s, graph, nodes)
	case o.show:
		return showChecks(g, o, s, graph, nodes)
	}
	return checkParts(ctx, g, o, &checkRun{p, s, graph, nodes, variations})
}

// usage looks at what can be told before anything is read.
func (o *checkOptions) usage() error {
	builds := o.keep != "" || o.deep || len(o.vary)+len(o.noVary) > 0
	switch {
	case o.jobs < 0:
		return fmt.Errorf("%w: --jobs %d: there is no negative number of processes", errUsage, o.jobs)
	case o.repeat < 1:
		return fmt.Errorf("%w: --repeat %d: at least one build", errUsage, o.repeat)
	case o.against != "" && o.show:
		return fmt.Errorf("%w: --against and --show exclude each other", errUsage)
	case (o.against != "" || o.show) && builds:
		return fmt.Errorf("%w: --against and --show build nothing: there is nothing to vary or to keep", errUsage)
	}
	if _, err := build.ParseLimits(o.limits...); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return nil
}

// checkRun is what one run checks.
type checkRun struct {
	project    *project.Project
	store      *store.Store
	graph      *plan.Graph
	nodes      []*plan.Node
	variations vary.Set
}

func checkParts(ctx context.Context, g *globals, o *checkOptions, r *checkRun) error {
	options, err := o.options(g, r)
	if err != nil {
		return err
	}
	ui := newNarrator(os.Stderr, g)
	ui.profileWarnings(r.project.Profile.Warnings())
	ui.warnings(r.graph.Warnings)
	options.Tell, options.Warn = ui.checking(newStatusLine(os.Stderr, g)), func(text string) { ui.warnings([]string{text}) }
	if !o.json {
		options.Done = func(v *check.Verdict) { printVerdict(os.Stdout, g, v) }
	}
	options.Build.Events = ui.events()
	verdicts, err := r.project.Check(ctx, r.graph, r.nodes, options)
	if err != nil && !errors.Is(err, check.ErrControl) {
		return err
	}
	if o.json {
		err = errors.Join(err, printJSON(os.Stdout, map[string]any{"checks": append([]*check.Verdict{}, verdicts...)}))
	}
	if err != nil {
		return err
	}
	return findings(verdicts)
}

// findings is what ends a run that found a part not reproducible.
func findings(verdicts []*check.Verdict) error {
	for _, v := range verdicts {
		if !v.Reproducible {
			return &ended{exitFindings}
		}
	}
	return nil
}

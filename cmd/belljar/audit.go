package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/audit"
	auditreport "belljar.build/engine/audit/report"
	"belljar.build/engine/build"
	"belljar.build/engine/project"
)

type auditOptions struct {
	buildOptions
	all           bool
	trace         bool
	minimal       bool
	rules         bool
	sarif, html   string
	baseline      string
	writeBaseline string
	failOn        string
}

func auditCommand(g *globals) *cobra.Command {
	o := &auditOptions{}
	cmd := &cobra.Command{
		Use:   "audit [section:option=value...] [part...]",
		Short: "find what leaked into parts, and what would have leaked elsewhere",
		Long: `Looks at each part's output for what it takes from the machine it runs on, or
brings from the one that built it; with --trace also at what its build opened,
looked for and did not find: on an open machine that would have been let in.
--rules lists what is looked for.

Without parts it audits those that the profile lists, with --all also the parts
they need. What the store lacks is built first, and so is, once more, what was
never observed, with --trace. The section [audit-policy] of the profile excepts
findings, each with a reason.

--minimal proves which declared inputs a build does not need: it builds with all
that were never read hidden, and compares.

It exits 0 when nothing is found, and 3 when something is.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAudit(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "also the parts that those need")
	f.BoolVar(&o.trace, "trace", false, "also what the builds did")
	f.BoolVar(&o.minimal, "minimal", false, "prove for each part which of its declared inputs can go")
	f.BoolVar(&o.rules, "rules", false, "list the rules")
	f.StringVar(&o.sarif, "sarif", "", "write the findings as SARIF 2.1.0 to this `file`")
	f.StringVar(&o.html, "html", "", "write them with the graph as one page to this `file`")
	f.StringVar(&o.baseline, "baseline", "", "do not count what this `file` of an earlier audit knows")
	f.StringVar(&o.writeBaseline, "write-baseline", "", "write what was found to this `file`, for --baseline")
	f.StringVar(&o.failOn, "fail-on", string(audit.Warning), "the least `severity` that ends with exit code 3: error, warning, note")
	o.besides(f)
	f.BoolVar(&o.json, "json", false, "print the findings as JSON")
	return cmd
}

func runAudit(ctx context.Context, g *globals, o *auditOptions, args []string) error {
	if o.rules {
		return printRules(os.Stdout, o.json)
	}
	if err := o.usage(); err != nil {
		return err
	}
	known, err := o.known()
	if err != nil {
		return err
	}
	p, parts, err := g.open(ctx, o.locked, args)
	if err != nil {
		return err
	}
	graph, nodes, err := p.PlanAudit(ctx, parts, o.all)
	if err != nil {
		return err
	}
	limits, err := p.Limits(o.limits)
	if err != nil {
		return err
	}
	s, err := p.OpenStore()
	if err != nil {
		return err
	}
	defer s.Close()
	ui := newNarrator(os.Stderr, g)
	ui.profileWarnings(p.Profile.Warnings())
	ui.warnings(graph.Warnings)
	b := build.Options{Store: s, Jobs: o.jobs, Limits: limits, Events: ui.events()}
	if o.minimal {
		return proveMinimal(ctx, g, o, p, graph, nodes, b)
	}
	line := newStatusLine(os.Stderr, g)
	d, err := p.Audit(ctx, graph, nodes, project.AuditOptions{
		Build: b, Trace: o.trace, Baseline: known, Tell: func(part string) { line.show("audit     " + part) },
	})
	line.clear()
	if err != nil {
		return err
	}
	return o.report(g, d)
}

// usage looks at what can be told before anything is read.
func (o *auditOptions) usage() error {
	if o.jobs < 0 {
		return fmt.Errorf("%w: --jobs %d: there is no negative number of processes", errUsage, o.jobs)
	}
	if _, err := audit.ParseSeverity(o.failOn); err != nil {
		return fmt.Errorf("%w: --fail-on: %w", errUsage, err)
	}
	if o.minimal && (o.sarif != "" || o.html != "" || o.baseline != "" || o.writeBaseline != "") {
		return fmt.Errorf("%w: --minimal proves what can go: there are no findings to write", errUsage)
	}
	if _, err := build.ParseLimits(o.limits...); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return cmp.Or(writable("sarif", o.sarif), writable("html", o.html), writable("write-baseline", o.writeBaseline))
}

// known reads the baseline.
func (o *auditOptions) known() (auditreport.Baseline, error) {
	if o.baseline == "" {
		return nil, nil
	}
	f, err := os.Open(o.baseline)
	if err != nil {
		return nil, &hinted{fmt.Errorf("%w: --baseline: %w", errUsage, err), "belljar audit --write-baseline " + o.baseline + " makes one"}
	}
	defer f.Close()
	known, err := auditreport.ReadBaseline(f)
	if err != nil {
		return nil, fmt.Errorf("%w: --baseline %s: %w", errUsage, o.baseline, err)
	}
	return known, nil
}

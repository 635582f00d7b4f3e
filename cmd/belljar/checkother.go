package main

import (
	"context"
	"fmt"
	"os"

	"belljar.build/engine/check"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

// checkAgainst compares recorded manifests with those made elsewhere.
func checkAgainst(ctx context.Context, g *globals, o *checkOptions, s *store.Store, graph *plan.Graph, nodes []*plan.Node) error {
	other, err := check.OpenOther(o.against)
	if err != nil {
		return fmt.Errorf("%w: --against: %w", errUsage, err)
	}
	if err := other.Suits(len(nodes)); err != nil {
		return fmt.Errorf("%w: --against %s: %w", errUsage, o.against, err)
	}
	all := []*check.Comparison{}
	for _, n := range nodes {
		r, err := project.Output(s, graph, n.Part)
		if err != nil {
			return err
		}
		c, err := other.Compare(ctx, s, n.Part, r)
		if err != nil {
			return err
		}
		all = append(all, c)
		if !o.json {
			fmt.Fprintln(os.Stdout, printable(comparisonLine(c)))
			printChanges(os.Stdout, g, c.Changes)
		}
	}
	if o.json {
		if err := printJSON(os.Stdout, map[string]any{"against": o.against, "checks": all}); err != nil {
			return err
		}
	}
	for _, c := range all {
		if c.Result != check.Equal {
			return &ended{exitFindings}
		}
	}
	return nil
}

func comparisonLine(c *check.Comparison) string {
	line := fmt.Sprintf("%s  %s", c.Part, c.Result)
	switch c.Result {
	case check.Equal:
		return fmt.Sprintf("%s: manifest %.16s", line, c.Manifest)
	case check.Differs:
		return fmt.Sprintf("%s: manifest %.16s here, %.16s there", line, c.Manifest, c.Theirs.Manifest)
	case check.OtherInputs:
		return fmt.Sprintf("%s: key %.16s here, %.16s there: not the same was built", line, c.Key, c.Theirs.Key)
	}
	return line + ": nothing is known of it there"
}

// showChecks prints what the store keeps.
func showChecks(g *globals, o *checkOptions, s *store.Store, graph *plan.Graph, nodes []*plan.Node) error {
	kept := []*check.Verdict{}
	for _, n := range nodes {
		r, err := project.Output(s, graph, n.Part)
		if err != nil {
			return err
		}
		if len(r.Check) == 0 {
			if !o.json {
				fmt.Fprintf(os.Stdout, "%s  never checked\n", printable(n.Part))
			}
			continue
		}
		v, err := check.ReadKept(r.Check)
		if err != nil {
			return fmt.Errorf("part %s: %w: run belljar check %s again", n.Part, err, n.Part)
		}
		kept = append(kept, v)
		if !o.json {
			printVerdict(os.Stdout, g, v)
		}
	}
	if o.json {
		if err := printJSON(os.Stdout, map[string]any{"checks": kept}); err != nil {
			return err
		}
	}
	return findings(kept)
}

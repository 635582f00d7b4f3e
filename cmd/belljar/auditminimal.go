package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/minimal"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
)

// proveMinimal proves for each part which of its declared inputs can go.
func proveMinimal(ctx context.Context, g *globals, o *auditOptions, p *project.Project, graph *plan.Graph, nodes []*plan.Node, b build.Options) error {
	ui := newNarrator(os.Stderr, g)
	proofs, superfluous := []*minimal.Proof{}, 0
	for _, n := range nodes {
		proof, err := p.Minimal(ctx, graph, n, b, func(what string) { ui.say("building  %s %s", n.Part, what) })
		if err != nil {
			return err
		}
		proofs = append(proofs, proof)
		superfluous += len(proof.Superfluous)
		if !o.json {
			printProof(os.Stdout, proof)
		}
	}
	if o.json {
		if err := printJSON(os.Stdout, map[string]any{"proofs": proofs}); err != nil {
			return err
		}
	}
	if superfluous > 0 {
		return &ended{exitFindings}
	}
	return nil
}

func printProof(w io.Writer, p *minimal.Proof) {
	switch {
	case !p.Proven:
		fmt.Fprintf(w, "%s  not proven\n", printable(p.Part))
	case len(p.Superfluous) == 0:
		fmt.Fprintf(w, "%s  minimal: it needs all it declares (%s)\n", printable(p.Part), count(p.Builds, "build"))
	default:
		fmt.Fprintf(w, "%s  %s can go: built without, it has the same manifest %.16s (%s)\n",
			printable(p.Part), count(len(p.Superfluous), "declared input"), p.Manifest, count(p.Builds, "build"))
	}
	for _, path := range p.Superfluous {
		fmt.Fprintf(w, "    can go: %s\n", printable(audit.Mask(path)))
		for _, at := range p.Places[path] {
			fmt.Fprintf(w, "        declared: %s:%d\n", printable(at.File), at.Line)
		}
	}
	for _, path := range p.Needed {
		fmt.Fprintf(w, "    needed: %s\n", printable(audit.Mask(path)))
	}
	for _, why := range p.Why {
		fmt.Fprintf(w, "    %s\n", printable(why))
	}
}

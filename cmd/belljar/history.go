package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"belljar.build/engine/graph"
	"belljar.build/engine/history"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

type historyOptions struct {
	json bool
}

func historyCommand(g *globals) *cobra.Command {
	o := &historyOptions{}
	cmd := &cobra.Command{
		Use:   "history PART",
		Short: "list a part's past builds: outcome, time, memory, manifest, what changed",
		Long: `history lists the builds of a part that happened in this store, the oldest first.
"key changed" stands where something that the build could see had changed;
"differs" where the last build of the same key gave another manifest: such a build
is not reproducible.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHistory(cmd.Context(), g, o, args)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON for programs")
	return cmd
}

func runHistory(ctx context.Context, g *globals, o *historyOptions, args []string) error {
	parts, overrides, err := split(args)
	if err != nil {
		return err
	}
	if len(parts) != 1 {
		return fmt.Errorf("%w: belljar history takes one part, not %d", errUsage, len(parts))
	}
	s, err := project.OpenStore(g.config(overrides))
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := history.Of(s, parts[0])
	if err == nil && len(r.Builds) == 0 { // a part that left the profile still has its history
		_, _, err = g.open(ctx, false, args)
	}
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(r)
	}
	ui := newNarrator(os.Stderr, g)
	for _, f := range r.Findings {
		ui.say("belljar: warning: part %s: the key %.16s gave %d manifests: its build is not reproducible", r.Part, f.Key, len(f.Manifests))
	}
	return printHistory(os.Stdout, r)
}

func printHistory(w io.Writer, r *history.Report) error {
	if len(r.Builds) == 0 {
		_, err := fmt.Fprintf(w, "no build of %s is known to this store\n", r.Part)
		return err
	}
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "STARTED\tOUTCOME\tSECONDS\tCPU\tMEMORY\tKEY\tMANIFEST\tNOTE")
	for _, b := range r.Builds {
		manifest, outcome := b.Manifest, b.Outcome
		if manifest == "" {
			manifest = "-"
		}
		if outcome == store.OutcomeFailed && b.Phase != "" {
			outcome += " in " + b.Phase
		}
		var notes []string
		if b.KeyChanged {
			notes = append(notes, "key changed")
		}
		if b.Differs {
			notes = append(notes, "differs: the same key, another manifest")
		}
		fmt.Fprintf(t, "%s\t%s\t%.1f\t%.1f\t%s\t%.16s\t%.16s\t%s\n", b.Started.Local().Format("2006-01-02 15:04:05"),
			outcome, b.Seconds, b.CPU, graph.SizeText(b.MaxRSS), b.Key, manifest, strings.Join(notes, "; "))
	}
	_ = t.Flush()
	return writeTable(w, text.String())
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/project"
	"belljar.build/sandbox"
)

type doctorOptions struct {
	json bool
}

func doctorCommand(g *globals) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "say whether this machine can make the sandbox, and what to change when it cannot",
		Long: `Tries every feature of the kernel that the sandbox is made of, with your rights,
and at last a whole sandbox; says of each that is missing which setting to
change. A ? marks what was not tried because it needs a missing one. Exit code 5
when a needed one is missing: belljar builds nothing then, it never takes a
weaker sandbox.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%w: belljar doctor takes no argument", errUsage)
			}
			return runDoctor(cmd.Context(), g, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print the list as JSON")
	return cmd
}

func runDoctor(ctx context.Context, g *globals, o *doctorOptions) error {
	features, err := project.Doctor(ctx, g.store)
	if err != nil {
		return err
	}
	if o.json {
		err = json.NewEncoder(os.Stdout).Encode(features)
	} else {
		err = printFeatures(os.Stdout, features)
	}
	if err != nil {
		return err
	}
	for _, f := range features {
		if f.Needed && !f.Present() {
			return &ended{exitUnsupported}
		}
	}
	return nil
}

func printFeatures(w io.Writer, features []sandbox.Feature) error {
	for _, f := range features {
		state := map[string]string{"untried": "?", "missing": "MISSING"}[f.State]
		if state == "" {
			state = f.State
		}
		if _, err := fmt.Fprintf(w, "%-7s  %s (%s)\n", state, f.Name, f.Why); err != nil {
			return err
		}
		if f.Error == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "         %s\n         %s\n", printable(f.Error), f.Fix); err != nil {
			return err
		}
	}
	return nil
}

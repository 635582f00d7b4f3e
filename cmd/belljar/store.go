package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/build"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

// openStore opens the store that the options name, without any profile.
func (g *globals) openStore() (*store.Store, error) {
	return project.OpenStore(g.config(nil))
}

// storeDir is the physical store.
func (g *globals) storeDir() string { return cmp.Or(g.store, store.DefaultDir()) }

func storeCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "verify, repair and pin what the store holds",
		RunE: func(cmd *cobra.Command, args []string) error {
			return fmt.Errorf("%w: belljar store %s: the subcommands are verify, repair, pin, unpin, roots", errUsage, strings.Join(args, " "))
		},
	}
	cmd.AddCommand(verifyStoreCommand(g), repairCommand(g), pinCommand(g), unpinCommand(g), rootsCommand(g))
	return cmd
}

func verifyStoreCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify [OUTPUT...]",
		Short: "read every output and compare it with its manifest",
		Long: `Reads all outputs of the store, or those named by path or by the first digits of
their keys, and compares every byte, mode, name and link with the recorded
manifests; and of the whole store also finds trees without a record, records
without a tree, and what does not belong there. Exit code 3 when something is
not as it was.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := g.openStore()
			if err != nil {
				return err
			}
			defer s.Close()
			damage, err := g.verify(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(os.Stdout).Encode(append([]store.Damage{}, damage...))
			} else {
				printDamage(os.Stdout, damage)
			}
			if err == nil && len(damage) > 0 {
				err = &ended{exitFindings}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print what was found as JSON")
	return cmd
}

// verify shows how far it is, on a terminal.
func (g *globals) verify(ctx context.Context, s *store.Store, words []string) ([]store.Damage, error) {
	line := newStatusLine(os.Stderr, g)
	defer line.clear()
	outputs := 0
	damage, err := project.Verify(ctx, s, nil, words, store.VerifyOptions{
		Progress: func(done, of int, r *store.Record) {
			outputs = of
			line.show(fmt.Sprintf("verifying  %d of %d  %s", done, of, r.Path[33:]))
		},
	})
	line.clear()
	if err == nil && len(damage) == 0 {
		newNarrator(os.Stderr, g).say("verified  %s: all as they were", count(outputs, "output"))
	}
	return damage, err
}

func printDamage(w io.Writer, damage []store.Damage) {
	const most = 20
	for _, d := range damage {
		fmt.Fprintf(w, "%-15s  %s: %s\n", d.Kind, d.Path, printableLines(d.Detail))
		for i, c := range d.Changes {
			if i == most {
				fmt.Fprintf(w, "                 and %d more\n", len(d.Changes)-most)
				break
			}
			fmt.Fprintf(w, "                 %s %s", c.Kind, printable(c.Path))
			if len(c.Fields) > 0 {
				fmt.Fprintf(w, " (%s)", strings.Join(c.Fields, ", "))
			}
			fmt.Fprintln(w)
		}
	}
}

type repairOptions struct {
	drop bool
	jobs int
	json bool
}

func repairCommand(g *globals) *cobra.Command {
	o := &repairOptions{}
	cmd := &cobra.Command{
		Use:   "repair [section:option=value...] [OUTPUT...]",
		Short: "verify, and build again what is damaged",
		Long: `Verifies the store, or the outputs named, and builds again those that are
damaged and that the profile's parts are built to. What comes out replaces the
damaged one only if it is the very same, by its manifest hash; otherwise the
build counts as failed and the damaged one stays. What is no part of the profile
is left alone, or, with --drop, removed, so that it counts as never built.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runRepair(cmd.Context(), g, o, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.drop, "drop", false, "remove damaged outputs that no part of the profile is built to")
	f.IntVarP(&o.jobs, "jobs", "j", 0, "processes at a time (default: the number of CPUs)")
	f.BoolVar(&o.json, "json", false, "print what was done as JSON")
	return cmd
}

func runRepair(ctx context.Context, g *globals, o *repairOptions, args []string) error {
	words, overrides, err := split(args)
	if err != nil {
		return err
	}
	p, err := project.Open(ctx, g.config(overrides))
	if err != nil {
		return g.absent(err, nil)
	}
	s, err := p.OpenStore()
	if err != nil {
		return err
	}
	defer s.Close()
	damage, err := g.verify(ctx, s, words)
	if err != nil || len(damage) == 0 {
		return err
	}
	graph, err := p.Plan(ctx, nil)
	if err != nil {
		return err
	}
	done, err := p.Repair(ctx, s, graph, damage, o.drop, build.Options{Jobs: o.jobs, KeepGoing: true, Events: newNarrator(os.Stderr, g).events()})
	if o.json {
		if jerr := json.NewEncoder(os.Stdout).Encode(append([]project.Repaired{}, done...)); err == nil {
			err = jerr
		}
	} else {
		printRepaired(os.Stdout, done)
	}
	if err != nil {
		return err
	}
	for _, d := range done {
		if d.Done == "left" {
			return &ended{exitFindings}
		}
	}
	return nil
}

func printRepaired(w io.Writer, done []project.Repaired) {
	for _, d := range done {
		fmt.Fprintf(w, "%-8s  %s", d.Done, d.Path)
		if d.Why != "" {
			fmt.Fprintf(w, ": %s", d.Why)
		}
		fmt.Fprintln(w)
	}
}

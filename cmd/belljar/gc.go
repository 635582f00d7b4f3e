package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"belljar.build/engine/build"
	"belljar.build/engine/store"
)

type gcOptions struct {
	dryRun     bool
	olderThan  string
	keepLast   int
	maxSize    string
	keepInputs bool
	json       bool
}

func gcCommand(g *globals) *cobra.Command {
	o := &gcOptions{}
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "delete the outputs that nothing needs any more",
		Long: `Deletes from the store every output that no root needs. Roots are the links in
the parts and bin folders of every project that was built with this store, and
what was pinned (belljar store pin). What a root refers to stays, and the
toolchain that it was built with; --keep-inputs keeps everything that it was
built with. What builds that run now are about stays too: they need not be
stopped.

The other options keep more: what was built or used lately, the newest builds
of each part, or as much as fits into a size, most recently used first. The work
folders of failed builds, and what killed processes left, go as well.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &hinted{fmt.Errorf("%w: belljar gc takes no argument", errUsage), "belljar store pin keeps an output, belljar store unpin lets it go"}
			}
			return runGC(cmd.Context(), g, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would go, and delete nothing")
	f.StringVar(&o.olderThan, "older-than", "", "keep what was built or used within this `time` (12h, 30d, 8w)")
	f.IntVar(&o.keepLast, "keep-last", 0, "keep the newest `n` builds of each part")
	f.StringVar(&o.maxSize, "max-size", "", "delete only until all outputs together take no more than this `size` (500M, 20G)")
	f.BoolVar(&o.keepInputs, "keep-inputs", false, "keep everything that kept outputs were built with")
	f.BoolVar(&o.json, "json", false, "print what went, and the sums, as JSON")
	return cmd
}

// options turns words into numbers.
func (o *gcOptions) options() (c store.GCOptions, err error) {
	c = store.GCOptions{DryRun: o.dryRun, KeepLast: o.keepLast, KeepInputs: o.keepInputs}
	if o.keepLast < 0 {
		return c, fmt.Errorf("%w: --keep-last %d: there is no negative number of builds", errUsage, o.keepLast)
	}
	if o.olderThan != "" {
		if c.OlderThan, err = parseAge(o.olderThan); err != nil {
			return c, fmt.Errorf("%w: --older-than %q: %w", errUsage, o.olderThan, err)
		}
	}
	if o.maxSize != "" {
		if c.MaxSize, err = build.ParseSize(o.maxSize); err != nil {
			return c, fmt.Errorf("%w: --max-size %q: %w", errUsage, o.maxSize, err)
		}
	}
	return c, nil
}

// parseAge reads a duration, days and weeks too.
func parseAge(text string) (time.Duration, error) {
	for unit, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if digits, ok := strings.CutSuffix(text, unit); ok {
			n, err := strconv.ParseUint(digits, 10, 16)
			if err == nil && n > 0 {
				return time.Duration(n) * length, nil
			}
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("write a time such as 12h, 30d or 8w")
}

// collected is what --json prints.
type collected struct {
	DryRun bool         `json:"dry_run"`
	Gone   []store.Dead `json:"gone"`
	*store.GCResult
}

func runGC(ctx context.Context, g *globals, o *gcOptions) error {
	c, err := o.options()
	if err != nil {
		return err
	}
	s, err := store.OpenToFree(g.storeDir())
	if err != nil {
		return err
	}
	defer s.Close()
	gone := []store.Dead{}
	c.Deleted = func(d store.Dead) {
		gone = append(gone, d)
		if !o.json {
			printDead(os.Stdout, d, o.dryRun)
		}
	}
	result, err := s.GC(ctx, c)
	if err != nil {
		return err
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(collected{o.dryRun, gone, result})
	}
	verb := "deleted"
	if o.dryRun {
		verb = "to delete"
	}
	newNarrator(os.Stderr, g).say("%s %s, %s; kept %s, %s", verb,
		count(result.Deleted, "output"), sizeOf(result.Freed), count(result.Kept, "output"), sizeOf(result.KeptSize))
	return nil
}

func printDead(w io.Writer, d store.Dead, dry bool) {
	verb := "deleted "
	if dry {
		verb = "to delete"
	}
	rest := d.What
	if d.What == "output" {
		rest = sizeOf(d.Size) + ", last used " + d.Used.Local().Format(time.DateOnly)
	}
	fmt.Fprintf(w, "%s  %s (%s)\n", verb, d.Path, rest)
}

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/diff"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

type diffOptions struct {
	json       bool
	stat       bool
	ignoreHash bool
}

func diffCommand(g *globals) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "what differs between two outputs or folders, and why",
		Long: `Compares two trees. A and B are each a part of the profile, an output in the
store (its path, its base name, or the first digits of its key), or a folder (a
word with a slash, or "."). Without a part no profile is needed.

It says which paths were added, removed and changed, and looks into those that
changed: text, ELF files, static libraries, archives and compressed files,
Python's bytecode. Timestamps, store paths and build ids are named as such. -v
shows each difference at length.

It exits 0 when the trees are equal, and 3 when they differ.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDiff(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print the report as JSON")
	f.BoolVar(&o.stat, "stat", false, "only which paths differ, not why")
	f.BoolVar(&o.ignoreHash, "ignore-store-hash", false, "treat the hashes in the two outputs' own store paths as equal")
	return cmd
}

func runDiff(ctx context.Context, g *globals, o *diffOptions, args []string) error {
	words, overrides, err := split(args)
	if err != nil {
		return err
	}
	if len(words) != 2 {
		return fmt.Errorf("%w: belljar diff takes two outputs or folders, not %d", errUsage, len(words))
	}
	trees, err := project.Trees(g.config(overrides), words, g.planner(ctx, overrides))
	if err != nil {
		return folderHint(err, words)
	}
	r, err := diff.Trees(ctx, trees[0], trees[1], diff.Options{IgnoreStoreHash: o.ignoreHash, Shallow: o.stat})
	if err != nil {
		return err
	}
	if err := printReport(os.Stdout, g, o, r); err != nil {
		return err
	}
	if !r.Equal() {
		return &ended{exitFindings}
	}
	return nil
}

// planner plans parts of the profile, once there are some.
func (g *globals) planner(ctx context.Context, overrides []profile.Override) func([]string) (*plan.Graph, error) {
	return func(parts []string) (*plan.Graph, error) {
		p, err := project.Open(ctx, g.config(overrides))
		if err != nil {
			return nil, g.absent(err, nil)
		}
		if err := g.checkParts(p, parts); err != nil {
			return nil, err
		}
		return p.Plan(ctx, parts)
	}
}

// folderHint is for those who name a folder as they would for diff(1).
func folderHint(err error, words []string) error {
	for _, word := range words {
		if info, statErr := os.Stat(word); statErr == nil && info.IsDir() && !strings.Contains(word, "/") {
			return &hinted{err, fmt.Sprintf("a folder is named with a slash: ./%s", word)}
		}
	}
	return err
}

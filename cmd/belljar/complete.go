package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/project"
)

// completeParts offers the profile's parts to the shell. Nothing is fetched for
// it, and a profile that cannot be read has none.
func (g *globals) completeParts(several bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		words, overrides, err := split(args)
		if err != nil || !several && len(words) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		c := g.config(overrides)
		c.Offline, c.Progress = true, nil
		ctx := cmd.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		p, err := project.Open(ctx, c)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		parts, err := p.Parts()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		parts = slices.DeleteFunc(parts, func(p string) bool { return !strings.HasPrefix(p, word) || slices.Contains(words, p) })
		return parts, cobra.ShellCompDirectiveNoFileComp
	}
}

// completions tells every command what its words may be.
func (g *globals) completions(root *cobra.Command) {
	_ = root.MarkPersistentFlagFilename("config", "cfg")
	_ = root.MarkPersistentFlagDirname("store")
	one := []string{"run", "shell", "log", "history"}
	several := []string{"build", "lock", "why", "graph", "closure", "diff", "check", "repair"}
	root.ValidArgsFunction = g.completeParts(true)
	for _, c := range root.Commands() {
		switch {
		case slices.Contains(one, c.Name()):
			c.ValidArgsFunction = g.completeParts(false)
		case slices.Contains(several, c.Name()):
			c.ValidArgsFunction = g.completeParts(true)
		}
	}
}

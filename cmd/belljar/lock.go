package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/project"
)

type lockOptions struct{ update bool }

func lockCommand(g *globals) *cobra.Command {
	o := &lockOptions{}
	cmd := &cobra.Command{
		Use:   "lock [section:option=value...]",
		Short: "fetch every source and profile, and write belljar.lock",
		Long: `lock fetches everything that the profile needs and writes belljar.lock: what
is in the lock stays as it is, and must still have its hash. With --update the
lock is made anew from what the URLs give now.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runLock(cmd.Context(), g, o, args)
		},
	}
	cmd.Flags().BoolVar(&o.update, "update", false, "do not hold on to what the lock says now")
	return cmd
}

func runLock(ctx context.Context, g *globals, o *lockOptions, args []string) error {
	words, overrides, err := split(args)
	if err != nil {
		return err
	}
	if o.update && words != nil {
		return fmt.Errorf("%w: belljar lock --update is about the whole lock: name no parts", errUsage)
	}
	c := g.config(overrides)
	c.Update = o.update
	p, err := project.Open(ctx, c)
	if err != nil {
		return g.absent(err, words)
	}
	if err := g.checkParts(p, words); err != nil {
		return err
	}
	graph, err := p.Plan(ctx, words)
	if err != nil {
		return err
	}
	total, changed, err := p.Lock(ctx, graph, words == nil)
	if err != nil {
		return err
	}
	newNarrator(os.Stderr, g).say("locked    %d sources and profiles in %s, %d of them new or changed", total, project.LockName, changed)
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"belljar.build/engine/project"
	"belljar.build/engine/store"
)

func pinCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "pin OUTPUT...",
		Short: "keep outputs, named by path or by the first digits of their keys, from belljar gc",
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.eachOutput("pin", args, (*store.Store).Pin)
		},
	}
}

func unpinCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "unpin OUTPUT...",
		Short: "let pinned outputs go",
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.eachOutput("unpin", args, (*store.Store).Unpin)
		},
	}
}

func (g *globals) eachOutput(command string, words []string, do func(*store.Store, string) error) error {
	if len(words) == 0 {
		return fmt.Errorf("%w: belljar store %s takes at least one output", errUsage, command)
	}
	s, err := g.openStore()
	if err != nil {
		return err
	}
	defer s.Close()
	for _, word := range words {
		r, err := project.Output(s, nil, word)
		if err != nil {
			return err
		}
		if err := do(s, r.Path); err != nil {
			return err
		}
		newNarrator(os.Stderr, g).say("%-8s  %s", command+"ned", r.Path)
	}
	return nil
}

func rootsCommand(g *globals) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "roots",
		Short: "list what keeps outputs from belljar gc: links of projects, and pins",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("%w: belljar store roots takes no argument", errUsage)
			}
			s, err := g.openStore()
			if err != nil {
				return err
			}
			defer s.Close()
			roots, err := s.Roots()
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(os.Stdout).Encode(append([]store.Root{}, roots...))
			}
			for _, r := range roots {
				fmt.Printf("%s  %s\n", r.Path, printable(r.From))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	return cmd
}

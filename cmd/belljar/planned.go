package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// plannedCommands are in the contract of the command line and do not exist
// yet: each says so and fails, rather than being taken for a part's name.
func plannedCommands() []*cobra.Command {
	var all []*cobra.Command
	for _, name := range []string{
		"key", "pack", "unpack", "verify",
	} {
		all = append(all, &cobra.Command{
			Use: name, Hidden: true, DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error { return fmt.Errorf("belljar %s: %w", name, errNotBuilt) },
		})
	}
	for name, instead := range map[string]string{
		"bootstrap": "belljar is one program: there is nothing to bootstrap",
		"setup":     "belljar runs no setup.py on this machine",
	} {
		all = append(all, &cobra.Command{
			Use: name, Hidden: true, DisableFlagParsing: true,
			RunE: func(*cobra.Command, []string) error { return fmt.Errorf("%w: belljar %s: %s", errUsage, name, instead) },
		})
	}
	return all
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

// globals are the options that every command takes.
type globals struct {
	profile    string // -c
	store      string // --store
	noDefaults bool   // -U
	verbose    int    // -v
	quiet      int    // -q
	// commands are set when no command was given: a word that is no part may
	// be a misspelt one.
	commands []string
}

const exitCodes = `Exit codes:
  0 done   1 a build failed   2 bad usage or profile   3 findings
  4 a fetch failed or a hash mismatched   5 this machine cannot sandbox`

func rootCommand() *cobra.Command {
	g := &globals{}
	b := &buildOptions{}
	cmd := &cobra.Command{
		Use:   "belljar [command] [section:option=value...] [part...]",
		Short: "builds Buildout profiles in sealed sandboxes",
		Long: `belljar builds every part of a Buildout profile in a Linux sandbox that shows
glibc, a pinned toolchain and the parts it declared, and nothing else; each
output gets a manifest hash that anyone can reproduce.

Without a command it builds.

` + exitCodes,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       version(),
		RunE: func(cmd *cobra.Command, args []string) error {
			g.commands = commandNames(cmd)
			return runBuild(cmd.Context(), g, b, args)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", errUsage, err) })
	cmd.SetHelpCommand(helpCommand())
	f := cmd.PersistentFlags()
	f.StringVarP(&g.profile, "config", "c", "buildout.cfg", "the profile")
	f.StringVar(&g.store, "store", os.Getenv("BELLJAR_STORE"), "the physical store (BELLJAR_STORE)")
	settingFlags(f)
	f.BoolVarP(&g.noDefaults, "no-user-defaults", "U", false, "do not read ~/.buildout/default.cfg")
	f.CountVarP(&g.verbose, "verbose", "v", "say more")
	f.CountVarP(&g.quiet, "quiet", "q", "say less")
	f.BoolP("debug", "D", false, "accepted for Buildout's sake: there is no debugger to start")
	_ = f.MarkHidden("debug")
	b.flags(cmd)
	cmd.AddCommand(
		buildCommand(g), lockCommand(g), runCommand(g), shellCommand(g), logCommand(g), annotateCommand(g), queryCommand(g),
		whyCommand(g), graphCommand(g), closureCommand(g), historyCommand(g), diffCommand(g), checkCommand(g), auditCommand(g),
		gcCommand(g), storeCommand(g), doctorCommand(g),
	)
	cmd.AddCommand(plannedCommands()...)
	cmd.AddCommand(manCommand()...)
	g.completions(cmd)
	cmd.InitDefaultCompletionCmd()
	if c, _, err := cmd.Find([]string{"completion"}); err == nil {
		c.Short = "print the completion script of a shell: bash, zsh, fish"
	}
	return cmd
}

// config is the project that the options describe.
func (g *globals) config(overrides []profile.Override) project.Config {
	c := project.Config{
		Profile: g.profile, Overrides: overrides, Store: g.store,
		NoUserDefaults: g.noDefaults,
	}
	if list := os.Getenv("BELLJAR_DISTFILES"); list != "" {
		c.Folders = filepath.SplitList(list)
	}
	if g.quiet == 0 {
		c.Progress = downloads(os.Stderr)
	}
	return c
}

// open reads the profile that the options name.
func (g *globals) open(ctx context.Context, locked bool, args []string) (*project.Project, []string, error) {
	parts, overrides, err := split(args)
	if err != nil {
		return nil, nil, err
	}
	c := g.config(overrides)
	c.Locked = locked
	p, err := project.Open(ctx, c)
	if err != nil {
		return nil, nil, g.absent(err, parts)
	}
	return p, parts, g.checkParts(p, parts)
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

// globals are the options that every command takes.
type globals struct {
	profile string   // -c
	store   string   // --store
	offline bool     // -o
	verbose int      // -v
	quiet   int      // -q
	words   []string // section:option=value, taken out of the arguments
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
			return runBuild(cmd.Context(), g, b, args)
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", errUsage, err) })
	cmd.SetHelpCommand(&cobra.Command{Hidden: true})
	f := cmd.PersistentFlags()
	f.StringVarP(&g.profile, "config", "c", "buildout.cfg", "the profile")
	f.StringVar(&g.store, "store", os.Getenv("BELLJAR_STORE"), "the physical store (BELLJAR_STORE)")
	f.BoolVarP(&g.offline, "offline", "o", false, "no network")
	f.CountVarP(&g.verbose, "verbose", "v", "say more")
	f.CountVarP(&g.quiet, "quiet", "q", "say less")
	f.BoolP("newest", "n", false, "accepted for Buildout's sake: sources are what the lock says")
	f.BoolP("no-newest", "N", false, "accepted for Buildout's sake")
	b.flags(cmd)
	cmd.CompletionOptions.HiddenDefaultCmd = true
	cmd.AddCommand(buildCommand(g), lockCommand(g), runCommand(g), logCommand(g))
	cmd.AddCommand(plannedCommands()...)
	return cmd
}

// open reads the profile that the options name.
func (g *globals) open(locked bool, args []string) (*project.Project, []string, error) {
	parts, overrides, err := split(args)
	if err != nil {
		return nil, nil, err
	}
	c := project.Config{
		Profile: g.profile, Overrides: overrides, Store: g.store, Locked: locked, Offline: g.offline,
	}
	if list := os.Getenv("BELLJAR_DISTFILES"); list != "" {
		c.Folders = filepath.SplitList(list)
	}
	if g.quiet == 0 {
		c.Progress = downloads(os.Stderr)
	}
	p, err := project.Open(c)
	return p, parts, err
}

// split tells Buildout's option settings from names of parts.
func split(args []string) (parts []string, overrides []profile.Override, err error) {
	for _, a := range args {
		o, ok, err := profile.ParseOverride(a)
		switch {
		case err != nil:
			return nil, nil, fmt.Errorf("%w: %w", errUsage, err)
		case ok:
			overrides = append(overrides, o)
		default:
			parts = append(parts, a)
		}
	}
	return parts, overrides, nil
}

// buildoutArgs moves option settings, which Buildout's users write before the
// command too, behind it.
func buildoutArgs(args []string) []string {
	var front, settings []string
	for i, a := range args {
		switch {
		case strings.HasPrefix(a, "-"):
			front = append(front, a)
		case strings.Contains(a, "=") && !previousTakesValue(args, i):
			settings = append(settings, a)
		default:
			// The command, a value or a part: the rest stays as it is.
			if previousTakesValue(args, i) {
				front = append(front, a)
				continue
			}
			return append(append(front, args[i:]...), settings...)
		}
	}
	return append(front, settings...)
}

func previousTakesValue(args []string, i int) bool {
	return i > 0 && (args[i-1] == "-c" || args[i-1] == "--config" || args[i-1] == "--store" || args[i-1] == "-j" || args[i-1] == "--jobs")
}

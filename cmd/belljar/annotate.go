package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"belljar.build/engine/annotate"
	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

type annotateOptions struct {
	json     bool
	resolved bool
	locked   bool
}

func (o *annotateOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON for programs")
	f.BoolVar(&o.resolved, "resolved", false, "values as the parts see them, after macros and substitution")
	f.BoolVar(&o.locked, "locked", false, "refuse profiles at URLs that belljar.lock does not name")
}

func annotateCommand(g *globals) *cobra.Command {
	o := &annotateOptions{}
	cmd := &cobra.Command{
		Use:   "annotate [section:option=value...] [section...]",
		Short: "print every option with its value and the lines that it comes from",
		Long: `annotate prints the sections of the profile, all or those named, with the file
and line of everything that made each value: raw, as they stand when all files
are read, or, with --resolved, as the parts see them. -v also shows what was
replaced. It fetches no source and builds nothing.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAnnotate(cmd.Context(), g, o, args)
		},
	}
	o.flags(cmd)
	return cmd
}

func runAnnotate(ctx context.Context, g *globals, o *annotateOptions, args []string) error {
	p, names, err := g.openProfile(ctx, o.locked, args)
	if err != nil {
		return err
	}
	if err := checkSections(p.Profile, names); err != nil {
		return err
	}
	ui := newNarrator(os.Stderr, g)
	ui.undecided(p.Profile.Undecided(), names)
	if len(names) == 0 {
		ui.profileWarnings(p.Profile.Warnings())
	}
	if !o.resolved {
		return writeDocument(g, o, annotate.Raw(p.Profile, names))
	}
	res, err := p.ResolveAll(nil)
	if err != nil {
		return err
	}
	d := annotate.Resolved(p.Profile, res, names)
	err = writeDocument(g, o, d)
	return errors.Join(err, failures(d.Failures(res)))
}

func writeDocument(g *globals, o *annotateOptions, d *annotate.Document) error {
	if o.json {
		return annotate.JSON(os.Stdout, d)
	}
	return annotate.Text(plain(os.Stdout), d, g.verbose > g.quiet)
}

// failures reports what could not be resolved, each for itself.
func failures(errs []error) error {
	code := exitDone
	for _, err := range errs {
		code = report(os.Stderr, err)
	}
	if code == exitDone {
		return nil
	}
	return &ended{code}
}

// checkSections refuses names of sections that do not exist.
func checkSections(p *profile.Profile, names []string) error {
	for _, name := range names {
		if !slices.Contains(p.Sections(), name) {
			hint := suggest(name, p.Sections(), nil)
			switch {
			case strings.Contains(name, ":"):
				hint = "one option is shown by belljar query " + name
			case strings.HasSuffix(name, ".cfg"):
				hint = "name the profile with -c " + name
			}
			return &hinted{fmt.Errorf("%w: there is no section [%s]", errUsage, name), hint}
		}
	}
	return nil
}

// openProfile opens the project for a command that only looks at its profile.
func (g *globals) openProfile(ctx context.Context, locked bool, args []string) (*project.Project, []string, error) {
	words, overrides, err := split(args)
	if err != nil {
		return nil, nil, err
	}
	// Nothing is written that a signal could leave half done.
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	c := g.config(overrides)
	c.Locked = locked
	p, err := project.Open(ctx, c)
	return p, words, err
}

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/annotate"
)

func queryCommand(g *globals) *cobra.Command {
	o := &annotateOptions{}
	cmd := &cobra.Command{
		Use:   "query [section:option=value...] [section:]option",
		Short: "print one option's value",
		Long: `query prints the value of one option, of [buildout] when no section is named:
raw, with the section's macros applied, or, with --resolved, substituted.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runQuery(cmd.Context(), g, o, args)
		},
	}
	o.flags(cmd)
	return cmd
}

func runQuery(ctx context.Context, g *globals, o *annotateOptions, args []string) error {
	p, words, err := g.openProfile(ctx, o.locked, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || strings.Count(words[0], ":") > 1 {
		hint := ""
		if len(words) == 2 && !strings.Contains(words[0], ":") {
			hint = "belljar query " + words[0] + ":" + words[1]
		}
		return &hinted{fmt.Errorf("%w: belljar query takes one option: section:option", errUsage), hint}
	}
	section, option, found := strings.Cut(words[0], ":")
	if !found {
		section, option = "buildout", words[0]
	}
	value, err := p.Query(section, option, o.resolved)
	if _, isSection := p.Profile.Header(words[0]); err != nil && isSection && !found {
		return &hinted{err, fmt.Sprintf("%s is a section: belljar query %s:OPTION, or belljar annotate %s", words[0], words[0], words[0])}
	}
	if err != nil {
		return err
	}
	if o.json {
		return annotate.OptionJSON(os.Stdout, annotate.Option{Option: value})
	}
	if g.verbose > g.quiet {
		fmt.Printf("${%s:%s}\n", section, option)
	}
	_, err = fmt.Fprintln(plain(os.Stdout), value.Value)
	return err
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"belljar.build/engine/profile"
	"belljar.build/engine/project"
)

// commandNames lists every command of the contract.
func commandNames(root *cobra.Command) []string {
	var names []string
	for _, c := range root.Commands() {
		names = append(append(names, c.Name()), c.Aliases...)
	}
	return names
}

// checkParts looks at words before anything is planned: a misspelt command
// must not be reported as an unknown section. A section that is no part is
// left to the profile, which knows more about it.
func (g *globals) checkParts(p *project.Project, words []string) error {
	for _, word := range words {
		if _, known := p.Profile.Header(word); known {
			continue
		}
		parts, err := p.Parts()
		if err != nil {
			return err
		}
		err = fmt.Errorf("%w: %s has no part %q", errUsage, g.profile, word)
		if g.commands != nil {
			err = fmt.Errorf("%w: %q is neither a command nor a part of %s", errUsage, word, g.profile)
		}
		hint := suggest(word, slices.Concat(parts, g.commands), parts)
		switch {
		case slices.Contains(g.commands, word):
			hint = fmt.Sprintf("the command comes first: belljar %s ...", word)
		case strings.HasSuffix(word, ".cfg"):
			hint = "name the profile with -c " + word
		}
		return &hinted{err, hint}
	}
	return nil
}

// maxListed is how many parts a hint lists.
const maxListed = 20

func suggest(word string, known, parts []string) string {
	if near := profile.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(parts) == 0 || len(parts) > maxListed {
		return ""
	}
	return "the parts are: " + strings.Join(parts, ", ")
}

// absent adds to the error about a missing profile what a misspelt command
// may have meant.
func (g *globals) absent(err error, words []string) error {
	if len(words) == 0 || !isAbsentProfile(err) {
		return err
	}
	if near := profile.Nearest(words[0], g.commands); near != "" {
		return &hinted{err, fmt.Sprintf("%q is no command: did you mean %q?", words[0], near)}
	}
	return err
}

// isAbsentProfile tells a missing root profile from a missing file that it
// extends.
func isAbsentProfile(err error) bool {
	var e *profile.Error
	return errors.As(err, &e) && e.Line == 0 && !strings.Contains(e.File, "://") && e.File != profile.CommandLine && errors.Is(err, fs.ErrNotExist)
}

// helpCommand is "belljar help [command]".
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command]", Short: "help for a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			target, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return &hinted{
					fmt.Errorf("%w: there is no command %q", errUsage, strings.Join(args, " ")),
					suggest(strings.Join(args, " "), commandNames(cmd.Root()), nil),
				}
			}
			return target.Help()
		},
	}
}

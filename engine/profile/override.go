package profile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Override is an option set on the command line: applied after all files.
type Override struct {
	Section string // "buildout" when the user named none
	Option  string // "parts"
	Op      string // "=", "+=" or "-="
	Text    string
}

// ParseOverride reads "section:option=value", also with += or -=, or without
// the section. ok is false for an argument without =, which is no override but
// perhaps the name of a part. The error is for one that cannot be read.
func ParseOverride(arg string) (o Override, ok bool, err error) {
	name, text, ok := strings.Cut(arg, "=")
	if !ok {
		return Override{}, false, nil
	}
	name, op, opOK := splitOperator(name)
	section, option, found := strings.Cut(name, ":")
	if !found {
		section, option = "buildout", name
	}
	section, option = strings.TrimSpace(section), strings.TrimSpace(option)
	if !utf8.ValidString(arg) || !opOK || !validName(section, "#;[]{}:") || !validName(option, "[]{}=:") {
		return Override{}, true, &Error{
			Position: Position{File: CommandLine},
			Msg:      fmt.Sprintf("malformed override %q", arg),
			Hint:     "write section:option=value",
			Err:      ErrSyntax,
		}
	}
	return Override{section, option, op, strings.TrimSpace(text)}, true, nil
}

// overrideBlocks are the overrides as if they stood in a file of their own.
func overrideBlocks(overrides []Override) []*block {
	var blocks []*block
	for _, o := range overrides {
		at := Position{File: CommandLine}
		blocks = append(blocks, &block{name: o.Section, header: at, options: []assignment{
			{name: o.Option, Contribution: Contribution{Position: at, Op: o.Op, Text: o.Text}},
		}})
	}
	return blocks
}

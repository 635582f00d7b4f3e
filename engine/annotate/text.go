package annotate

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"belljar.build/engine/profile"
)

// Text writes a document in the layout of "buildout annotate": sections and
// options sorted by name, under each value the places that made it. When it is
// verbose, also the places whose values were replaced, newest first.
func Text(w io.Writer, d *Document, verbose bool) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "\nAnnotated sections\n==================\n")
	for _, section := range d.Sections {
		fmt.Fprintf(b, "\n[%s]\n", section)
		for _, o := range d.Options(section) {
			textOption(b, o, verbose)
		}
	}
	return b.Flush()
}

func textOption(w io.Writer, o Option, verbose bool) {
	switch lines := strings.Split(strings.TrimSuffix(o.Value, "\n"), "\n"); {
	case o.Err != nil:
		fmt.Fprintf(w, "%s= ?\n", o.Name)
	case o.Value == "":
		fmt.Fprintf(w, "%s=\n", o.Name)
	default:
		fmt.Fprintf(w, "%s= %s\n", o.Name, strings.Join(lines, "\n"))
	}
	if verbose {
		history(w, o.From)
	} else {
		sources(w, o.From)
	}
	if o.Err != nil {
		fmt.Fprintf(w, "    not known: %s\n", strings.ReplaceAll(o.Err.Error(), "\n", "\n    "))
	}
}

// sources are the places since the last assignment; of what a recipe computed, also
// those that it was computed from.
func sources(w io.Writer, from []profile.Contribution) {
	start := 0
	for i, c := range from {
		if c.Op == "=" && c.File != profile.Computed {
			start = i
		}
	}
	for i, c := range from[start:] {
		prefix := c.Op + "  "
		if c.Op == "=" || i == 0 {
			prefix = "    "
		}
		fmt.Fprintf(w, "%s%s\n", prefix, source(c.Position))
	}
}

func history(w io.Writer, from []profile.Contribution) {
	fmt.Fprintln(w)
	for i, c := range slices.Backward(from) {
		preposition := "IN"
		if c.Line == 0 {
			preposition = "AS"
		}
		fmt.Fprintf(w, "   %s %s\n", preposition, source(c.Position))
		verb := map[string]string{"=": "OVERRIDE", "+=": "ADD", "-=": "REMOVE"}[c.Op]
		if i == 0 && c.Op == "=" {
			verb = "SET"
		}
		if lines := strings.Split(c.Text, "\n"); len(lines) > 1 {
			fmt.Fprintf(w, "   %s VALUE =\n      %s\n", verb, strings.Join(lines, "\n      "))
		} else {
			fmt.Fprintf(w, "   %s VALUE = %s\n", verb, c.Text)
		}
	}
	fmt.Fprintln(w)
}

// source names a place, with Buildout's words for what stands in no file.
func source(at profile.Position) string {
	if at.Line > 0 {
		return at.String()
	}
	switch at.File {
	case profile.BuiltIn:
		return "DEFAULT_VALUE"
	case profile.CommandLine:
		return "COMMAND_LINE_VALUE"
	case profile.Computed:
		return "COMPUTED_VALUE"
	}
	return at.File
}

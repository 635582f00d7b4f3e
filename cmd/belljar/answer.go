package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/why"
)

// printAnswer prints why one output needs another.
func printAnswer(w io.Writer, a *why.Answer, o *whyOptions) error {
	var text strings.Builder
	names := namesOf(a)
	from, to := names[a.From.StorePath], names[a.To.StorePath]
	switch {
	case a.From.StorePath == a.To.StorePath:
		fmt.Fprintf(&text, "%s and %s are the same output\n", from, to)
	case len(a.Paths) == 0:
		fmt.Fprintf(&text, "%s does not need %s%s\n", from, to, unknown(a, names))
	}
	for _, way := range a.Paths {
		steps := make([]string, len(way))
		for i, p := range way {
			steps[i] = names[p]
		}
		fmt.Fprintln(&text, strings.Join(steps, " -> "))
	}
	for _, e := range a.Edges {
		printEdge(&text, e, names, o)
	}
	_, err := io.WriteString(w, printableLines(text.String()))
	return err
}

// namesOf says what to call the outputs: their parts, or their names.
func namesOf(a *why.Answer) map[string]string {
	names := map[string]string{}
	enter := func(all ...why.Output) {
		for _, o := range all {
			names[o.StorePath] = o.Name
			if len(o.Parts) > 0 {
				names[o.StorePath] = o.Parts[0]
			}
		}
	}
	enter(a.From, a.To)
	enter(a.Unbuilt...)
	for _, e := range a.Edges {
		enter(e.From, e.To)
	}
	return names
}

// unknown says which files could not be looked at.
func unknown(a *why.Answer, names map[string]string) string {
	if len(a.Unbuilt) == 0 {
		return ""
	}
	var all []string
	for _, o := range a.Unbuilt {
		all = append(all, names[o.StorePath])
	}
	const most = 5
	more := ""
	if len(all) > most {
		more = fmt.Sprintf(" and %d more", len(all)-most)
		all = all[:most]
	}
	return fmt.Sprintf(", as far as is known: not built: %s%s", strings.Join(all, ", "), more)
}

func printEdge(w io.Writer, e why.Edge, names map[string]string, o *whyOptions) {
	fmt.Fprintf(w, "\n%s needs %s\n", names[e.From.StorePath], names[e.To.StorePath])
	if !o.runTime {
		printDeclared(w, e)
	}
	switch {
	case o.build:
		return
	case !e.From.Built:
		fmt.Fprintln(w, "  not built: what its files refer to is not known")
		return
	case !slices.Contains(e.Kinds, "reference"):
		fmt.Fprintln(w, "  only for its build: none of its files refers to it")
		return
	}
	if len(e.Evidence) == 0 {
		fmt.Fprintln(w, "  referred to when it was built; none of its files does so now: were they changed?")
	}
	for _, v := range e.Evidence {
		fmt.Fprintln(w, "  "+line(v))
	}
	if e.More > 0 {
		fmt.Fprintf(w, "  ... and %d more\n", e.More)
	}
}

func printDeclared(w io.Writer, e why.Edge) {
	if slices.Contains(e.Kinds, "toolchain") {
		fmt.Fprintln(w, "  its build runs in this toolchain")
	}
	if slices.Contains(e.Kinds, "input") && len(e.Declared) == 0 {
		fmt.Fprintln(w, "  declared: its build sees it")
	}
	for i, p := range e.Declared {
		verb := "declared"
		if i > 0 {
			verb = "by way of"
		}
		fmt.Fprintf(w, "  %s: %s:%d: [%s] %s: %s\n", verb, p.File, p.Line, p.Section, p.Option, p.Text)
	}
}

// line is one piece of evidence.
func line(v why.Evidence) string {
	switch v.Kind {
	case why.Interpreter:
		return fmt.Sprintf("%s: its interpreter is %s", v.File, v.Text)
	case why.Needed:
		if v.Entry == "" {
			return fmt.Sprintf("%s: needs %s", v.File, v.Library)
		}
		return fmt.Sprintf("%s: needs %s, found by RUNPATH entry %s", v.File, path.Base(v.Library), v.Entry)
	case why.Shebang:
		return fmt.Sprintf("%s: is run by %s", v.File, v.Text)
	case why.Link:
		return fmt.Sprintf("%s: links to %s", v.File, v.Text)
	case why.RunPath:
		return fmt.Sprintf("%s: RUNPATH has %s, where it finds nothing that it needs", v.File, v.Entry)
	case why.FileName:
		return fmt.Sprintf("%s: is named after it", v.File)
	case why.Leftover:
		return fmt.Sprintf("%s: at byte %d, left over from a RUNPATH that it has no more: %s", v.File, v.Offset, v.Text)
	}
	return fmt.Sprintf("%s: at byte %d: %s", v.File, v.Offset, v.Text)
}

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"belljar.build/engine/diff"
	"belljar.build/engine/manifest"
)

// shownLines is how much of one cause is printed without -v.
const shownLines = 12

func printReport(f *os.File, g *globals, o *diffOptions, r *diff.Report) error {
	w := bufio.NewWriter(f)
	if o.json {
		e := json.NewEncoder(w) // escapes ASCII's control characters
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(r); err != nil {
			return err
		}
		return w.Flush()
	}
	p := &reportPrinter{w: w, colour: wantsColour(f), whole: g.verbose > g.quiet, stat: o.stat}
	p.report(r)
	return w.Flush()
}

// wantsColour follows no-color.org.
func wantsColour(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

type reportPrinter struct {
	w      *bufio.Writer
	colour bool
	whole  bool // every line of every cause
	stat   bool
}

func (p *reportPrinter) report(r *diff.Report) {
	fmt.Fprintf(p.w, "%d added, %d removed, %d changed", r.Added, r.Removed, r.Changed)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(p.w, ", %d equal but for their own store hash", len(r.Ignored))
	}
	fmt.Fprintln(p.w)
	if kinds := r.Kinds(); len(kinds) > 0 {
		var words []string
		for _, kind := range slices.SortedFunc(maps.Keys(kinds), byCount(kinds)) {
			words = append(words, fmt.Sprintf("%s %d", kind, kinds[kind]))
		}
		fmt.Fprintln(p.w, "causes, by paths:", strings.Join(words, ", "))
	}
	changes := r.Changes
	for len(changes) > 0 {
		n := p.below(changes)
		p.change(&changes[0], n)
		changes = changes[1+n:]
	}
}

func byCount(counts map[string]int) func(a, b string) int {
	return func(a, b string) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return strings.Compare(a, b)
	}
}

// below is how many changes that follow the first are part of it: what lies in
// a folder that was added or removed.
func (p *reportPrinter) below(changes []diff.Change) (n int) {
	first := &changes[0]
	if p.stat || p.whole || first.Kind == manifest.Changed || folder(first) == nil {
		return 0
	}
	for _, c := range changes[1:] {
		if c.Kind != first.Kind || !strings.HasPrefix(c.Path, first.Path+"/") {
			break
		}
		n++
	}
	return n
}

// folder is what was added or removed, if that is a folder.
func folder(c *diff.Change) *diff.Entry {
	for _, e := range []*diff.Entry{c.Before, c.After} {
		if e != nil && e.Kind == manifest.Dir {
			return e
		}
	}
	return nil
}

func (p *reportPrinter) change(c *diff.Change, below int) {
	line := fmt.Sprintf("%-8s %s", c.Kind, printable(c.Path))
	if below > 0 {
		line += fmt.Sprintf("/ and %d below it", below)
	}
	switch c.Kind {
	case manifest.Added:
		line = p.paint(green, line)
	case manifest.Removed:
		line = p.paint(red, line)
	}
	fmt.Fprintln(p.w, line)
	for i := 0; i < len(c.Causes); i++ {
		if n := p.sections(c.Causes[i:]); n > 1 {
			i += n - 1
			continue
		}
		p.cause(&c.Causes[i])
	}
}

// sections prints ELF sections of one file of which there is no more to say
// than that they differ in one line, and tells how many: most follow from
// another cause.
func (p *reportPrinter) sections(causes []diff.Cause) (n int) {
	var names []string
	for _, c := range causes {
		file, name := splitSection(c.Where)
		first, _ := splitSection(causes[0].Where)
		if p.whole || c.Kind != diff.CauseELFSection || c.Before == "" || c.After == "" || strings.Contains(c.Detail, "\n") || file != first {
			break
		}
		names = append(names, printable(name))
		n++
	}
	if n > 1 {
		where := ""
		if file, _ := splitSection(causes[0].Where); file != "" {
			where = " in " + printable(file)
		}
		fmt.Fprintf(p.w, "    %s%s: %s differ\n", diff.CauseELFSection, where, strings.Join(names, ", "))
	}
	return n
}

// splitSection takes the section off the end of a place.
func splitSection(where string) (file, section string) {
	i := strings.LastIndexByte(where, ' ')
	return where[:max(i, 0)], where[i+1:]
}

func (p *reportPrinter) cause(c *diff.Cause) {
	first, rest, _ := strings.Cut(c.Detail, "\n")
	if c.Kind == diff.CauseText || c.Kind == diff.CauseSymbol { // nothing but lines
		first, rest = "", c.Detail
	}
	words := []string{"    " + c.Kind}
	if c.Where != "" {
		words = append(words, "in "+printable(c.Where))
	}
	line := strings.Join(words, " ") + ":"
	if first != "" {
		line += " " + printable(first)
	}
	if c.Before != "" || c.After != "" {
		if first != "" {
			line += ":"
		}
		line += " " + value(c.Before) + " -> " + value(c.After)
	}
	fmt.Fprintln(p.w, strings.TrimSuffix(line, ":"))
	p.lines(rest)
}

func value(s string) string {
	if s == "" {
		return "none"
	}
	return printable(s)
}

func (p *reportPrinter) lines(text string) {
	if text == "" {
		return
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	left := 0
	if !p.whole && len(lines) > shownLines+1 {
		lines, left = lines[:shownLines], len(lines)-shownLines
	}
	for _, line := range lines {
		line = printable(line)
		switch {
		case strings.HasPrefix(line, "-"):
			line = p.paint(red, line)
		case strings.HasPrefix(line, "+"):
			line = p.paint(green, line)
		}
		fmt.Fprintln(p.w, "      "+line)
	}
	if left > 0 {
		fmt.Fprintf(p.w, "      … %d more lines (-v shows them)\n", left)
	}
}

const (
	red   = "31"
	green = "32"
)

func (p *reportPrinter) paint(code, text string) string {
	if !p.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

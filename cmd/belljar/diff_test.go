package main

import (
	"bufio"
	"strings"
	"testing"

	"belljar.build/engine/diff"
	"belljar.build/engine/manifest"
)

func printed(p reportPrinter, r *diff.Report) string {
	var out strings.Builder
	p.w = bufio.NewWriter(&out)
	p.report(r)
	_ = p.w.Flush()
	return out.String()
}

func TestDiffReport(t *testing.T) {
	dir := &diff.Entry{Kind: manifest.Dir, Mode: "0755"}
	section := func(name, detail string) diff.Cause {
		return diff.Cause{Kind: diff.CauseELFSection, Where: name, Detail: detail, Before: "1 bytes", After: "2 bytes"}
	}
	r := &diff.Report{Added: 2, Changed: 1, Ignored: []string{"x"}, Changes: []diff.Change{
		{Path: "d", Kind: manifest.Added, After: dir},
		{Path: "d/\x1b[2Jevil\n\u202e", Kind: manifest.Added, After: &diff.Entry{Kind: manifest.File}},
		{Path: "lib.a", Kind: manifest.Changed, Causes: []diff.Cause{
			{Kind: diff.CauseMode, Before: "0644", After: "0755"},
			section("a.o .text", "first"), section("a.o .data", "first"), section("b.o .text", "first"),
			section("b.o .rodata", "first\n- a\n+ \x1b[2J"),
			{Kind: diff.CauseText, Where: "c", Detail: strings.Repeat("-a\n", 20)},
			{Kind: diff.CauseMember, Where: "d", Detail: "added", After: "present"},
		}},
	}}
	want := `2 added, 0 removed, 1 changed, 1 equal but for their own store hash
causes, by paths: archive-member 1, elf-section 1, mode 1, text 1
added    d/ and 1 below it
changed  lib.a
    mode: 0644 -> 0755
    elf-section in a.o: .text, .data differ
    elf-section in b.o .text: first: 1 bytes -> 2 bytes
    elf-section in b.o .rodata: first: 1 bytes -> 2 bytes
      - a
      + ` + "\uFFFD" + `[2J
    text in c
` + strings.Repeat("      -a\n", shownLines) + `      … 8 more lines (-v shows them)
    archive-member in d: added: none -> present
`
	equal(t, "report", printed(reportPrinter{}, r), want)
	whole := printed(reportPrinter{whole: true}, r)
	for _, want := range []string{"added    d/\uFFFD[2Jevil\uFFFD\uFFFD\n", strings.Repeat("      -a\n", 20), "elf-section in a.o .data: first: 1 bytes -> 2 bytes\n"} {
		if !strings.Contains(whole, want) {
			t.Errorf("-v does not print %q:\n%s", want, whole)
		}
	}
	coloured := printed(reportPrinter{colour: true}, r)
	if !strings.Contains(coloured, "      \x1b[31m- a\x1b[0m\n") {
		t.Errorf("no colour:\n%q", coloured)
	}
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"belljar.build/engine/project"
)

// printTable prints one line a part. On a terminal that is too narrow, the
// manifest hash and the store path are shortened; never in a pipe.
func printTable(f *os.File, rows []project.Row) error {
	var whole strings.Builder
	layOut(&whole, rows, 64, false)
	text := whole.String()
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && longest(text) > width {
		var short strings.Builder
		layOut(&short, rows, 16, true)
		text = short.String()
	}
	_, err := io.WriteString(f, text)
	return err
}

func layOut(w io.Writer, rows []project.Row, digits int, short bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PART\tVERSION\tMANIFEST\tSTORE PATH\tSECONDS\tSTATE")
	for _, r := range rows {
		version, path := r.Version, r.StorePath
		if version == "" {
			version = "-"
		}
		if short {
			path = path[strings.LastIndexByte(path, '/')+1:][:8] + "…"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.1f\t%s\n", r.Part, printable(version), r.Manifest[:digits], path, r.Seconds, r.State)
	}
	_ = t.Flush()
}

func longest(text string) int {
	n := 0
	for _, l := range strings.Split(text, "\n") {
		n = max(n, len(l))
	}
	return n
}

// writeTable prints lines without the blanks that columns leave at their ends.
func writeTable(w io.Writer, text string) error {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = printable(strings.TrimRight(l, " "))
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n"))
	return err
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"belljar.build/engine/check"
)

// checking tells of the builds of a check.
func (n *narrator) checking(part string, s check.Step) {
	if !s.Done {
		n.say("check     %s: %s build: %s", part, ordinal(s.Number), s.What)
		return
	}
	n.say("check     %s: %s build: %s: %s (%.1f s)", part, ordinal(s.Number), s.What, s.Result, s.Seconds)
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n, suffix)
}

// maxChanges is how many changes of a part are printed without -v.
const maxChanges = 20

// printVerdict prints a line for the part, and one for each change.
func printVerdict(w io.Writer, g *globals, v *check.Verdict) {
	builds := count(len(v.Builds), "build")
	fmt.Fprintf(w, "%s  %s  (%s, %s, %.1f s)\n", printable(v.Part), printable(v.Summary()), count(len(v.Varied), "variation"), builds, v.Seconds)
	for _, s := range v.Skipped {
		fmt.Fprintf(w, "    not varied: %s: %s\n", s.Variation, printable(s.Why))
	}
	printChanges(w, g, v.Changes)
}

func printChanges(w io.Writer, g *globals, changes []check.Change) {
	shown := changes
	whole := g.verbose > g.quiet
	if !whole {
		shown = check.Main(changes)
	}
	for i, c := range shown {
		if !whole && i == maxChanges {
			fmt.Fprintf(w, "    … %d more (-v shows them)\n", len(shown)-i)
			return
		}
		fmt.Fprintln(w, "    "+printable(strings.TrimSpace(c.String())))
	}
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

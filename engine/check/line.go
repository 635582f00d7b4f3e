package check

import (
	"fmt"
	"strconv"
	"strings"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

// Main leaves out the changes that say no more than another of the same place
// does: the text around a date, a build id of a file that has other causes.
func Main(all []Change) []Change {
	type place struct{ path, where, culprit string }
	best := map[place]int{}
	others := map[string]bool{} // paths with causes that follow from no other
	at := func(c *Change) place { return place{c.Path, c.Cause.Where, c.Culprit.String()} }
	for i := range all {
		c := &all[i]
		best[at(c)] = max(best[at(c)], telling(c.Cause.Kind))
		if telling(c.Cause.Kind) > 0 {
			others[c.Path] = true
		}
	}
	var main []Change
	for _, c := range all {
		rank := telling(c.Cause.Kind)
		if rank == best[at(&c)] && (rank > 0 || !others[c.Path]) {
			main = append(main, c)
		}
	}
	return main
}

// telling ranks the kinds of cause: the higher says all that a lower one does.
func telling(kind string) int {
	switch kind {
	case diff.CauseBuildID, diff.CauseUnread:
		return 0
	case diff.CauseText, diff.CauseBytes, diff.CauseELFSection, diff.CauseFormat:
		return 1
	}
	return 2
}

// String is a change as people read it, for example
//
//	libfoo.a(member.o): .rodata +0x120: "Mar  3 2026" - date; varied by: time
func (c Change) String() string {
	line := c.place() + ": " + strings.TrimPrefix(value(&c.Cause), c.Likely+" ")
	if c.Likely != "" {
		line += " - " + c.Likely
	}
	if len(c.Culprit) > 0 {
		line += "; varied by: " + words(c.Culprit)
	}
	return line
}

// words joins the members of a set that act only together.
func words(s vary.Set) string { return strings.ReplaceAll(s.String(), ", ", " with ") }

// place is the file, the member in it, and where in that.
func (c Change) place() string {
	member, section := c.Cause.Where, ""
	if i := strings.LastIndexByte(member, ' '); i >= 0 && strings.HasPrefix(member[i+1:], ".") {
		member, section = member[:i], member[i+1:]
	} else if strings.HasPrefix(member, ".") && c.Cause.Kind != diff.CauseMember && c.Cause.Offset != "" {
		member, section = "", member
	}
	line := c.Path
	if member != "" {
		line += "(" + member + ")"
	}
	spot := section
	if c.Cause.Offset != "" {
		spot = strings.TrimSpace(spot + " +" + c.Cause.Offset)
	}
	if n := lineNumber(&c.Cause); n > 0 {
		spot = "line " + strconv.Itoa(n)
	}
	if spot != "" {
		line += ": " + spot
	}
	return line
}

// lineNumber is that of the first difference of a text, 0 when there is none.
func lineNumber(c *diff.Cause) (n int) {
	if c.Kind != diff.CauseText {
		return 0
	}
	for line := range strings.Lines(c.Detail) {
		switch {
		case strings.HasPrefix(line, "@@ -"):
			first, _, _ := strings.Cut(line[4:], ",")
			n, _ = strconv.Atoi(first)
		case strings.HasPrefix(line, " "):
			n++
		default:
			return n
		}
	}
	return 0
}

// value is what differs, as it usually is: the first of it, and short.
func value(c *diff.Cause) string {
	switch c.Kind {
	case "added":
		return "only on the second side"
	case "removed":
		return "only on the first side"
	case diff.CauseOrder:
		return c.Detail
	case diff.CauseTimestamp:
		return strconv.Quote(short(first(c.Before, ", ")))
	case diff.CauseText, diff.CauseELFSection, diff.CauseBytes, diff.CausePythonCode, diff.CauseSymbol:
		return content(c)
	}
	text := fmt.Sprintf("%s %s -> %s", c.Kind, short(c.Before), short(c.After))
	if c.Before == "" && c.After == "" {
		text = c.Kind + ": " + short(firstLine(c.Detail))
	}
	return text
}

// content is the first line or string that differs.
func content(c *diff.Cause) string {
	for _, sign := range []string{"-", "+"} {
		for line := range strings.Lines(c.Detail) {
			text, ok := strings.CutPrefix(line, sign)
			if !ok {
				continue
			}
			text = strings.TrimSuffix(text, "\n")
			if c.Kind == diff.CauseBytes {
				return "bytes " + strings.TrimSpace(text)
			}
			if c.Kind != diff.CauseText {
				text = strings.TrimPrefix(text, " ")
			}
			return strconv.Quote(short(text))
		}
	}
	return short(firstLine(c.Detail))
}

func first(list, separator string) string {
	word, _, _ := strings.Cut(list, separator)
	return word
}

// short cuts what would not fit into a line.
func short(s string) string {
	const most = 60
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

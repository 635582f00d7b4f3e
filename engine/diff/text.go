package diff

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// text compares lines.
func (l *looker) text(where string, a, b []byte) {
	l.storePaths(where, a, b)
	start, first := firstLine(a, b)
	rest := [2][]byte{a[start:], b[start:]}
	whole := true
	for i, r := range rest {
		if len(r) > maxWindow {
			rest[i], whole = r[:maxWindow], false
		}
	}
	lines := unified(rest[0], rest[1], first)
	removed, added := changedLines(lines)
	l.timestamps(where, nil, removed, added)
	if whole && sameLines(rest[0], rest[1]) {
		l.add(Cause{Kind: CauseOrder, Where: where, Detail: "the same lines in another order"})
	}
	if !whole {
		l.unread(where, fmt.Errorf("of its text, %d KiB from the first difference on were compared", maxWindow>>10))
	}
	detail, long := bounded(lines)
	l.add(Cause{Kind: CauseText, Where: where, Detail: detail})
	if long {
		l.bytes(where, a, b)
	}
}

// firstLine is where the context of the first difference starts, and the
// number of the line there, from 0. What lies before it need not be aligned.
func firstLine(a, b []byte) (start, number int) {
	start = commonPrefix(a, b)
	for range 4 { // the line itself and three of context
		if start > 0 {
			start = bytes.LastIndexByte(a[:start-1], '\n') + 1
		}
	}
	return start, bytes.Count(a[:start], []byte("\n"))
}

// unified gives the lines of a unified difference without its header; first is
// added to the line numbers.
func unified(a, b []byte, first int) []string {
	text := strings.TrimSuffix(string(diff.Diff("a", a, "b", b)), "\n")
	lines := strings.Split(text, "\n")
	lines = lines[min(3, len(lines)):]
	for i, line := range lines {
		var n [4]int
		if _, err := fmt.Sscanf(line, "@@ -%d,%d +%d,%d @@", &n[0], &n[1], &n[2], &n[3]); err == nil {
			lines[i] = "@@ -" + strconv.Itoa(n[0]+first) + "," + strconv.Itoa(n[1]) + " +" + strconv.Itoa(n[2]+first) + "," + strconv.Itoa(n[3]) + " @@"
		}
	}
	return lines
}

func changedLines(lines []string) (removed, added []string) {
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "-"):
			removed = append(removed, line[1:])
		case strings.HasPrefix(line, "+"):
			added = append(added, line[1:])
		}
	}
	return removed, added
}

// sameLines tells whether only the order of the lines differs.
func sameLines(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	before, after := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	slices.Sort(before)
	slices.Sort(after)
	return slices.Equal(before, after)
}

// bounded cuts what is too much to read, and tells whether a changed line was
// cut, which may have hidden its difference.
func bounded(lines []string) (text string, long bool) {
	left := 0
	if len(lines) > maxLines {
		lines, left = lines[:maxLines], len(lines)-maxLines
	}
	var out strings.Builder
	for _, line := range lines {
		long = long || len(line) > maxLine && !strings.HasPrefix(line, " ")
		out.WriteString(cut(line) + "\n")
	}
	if left > 0 {
		fmt.Fprintf(&out, "… %d more lines\n", left)
	}
	return out.String(), long
}

package progress

import (
	"fmt"
	"strings"
	"time"
)

// Look says how a snapshot is drawn.
type Look struct {
	Width int // columns of the terminal
	// Rows is how many lines the drawing may have, at least 3.
	Rows  int
	Color bool
	// Chosen is the running build whose log is shown; LogLines are its last
	// lines, nil when none is asked for.
	Chosen   int
	LogLines []string
	// Hint is the last line, e.g. which keys do what.
	Hint string
}

// Styles are those of a terminal, all of them "" without colour.
const (
	bold  = "\x1b[1m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	plain = "\x1b[0m"
)

// Draw gives the lines of a snapshot, none wider than the terminal.
func (s Snapshot) Draw(l Look) []string {
	lines := []string{s.summary(l), s.bar(l)}
	room := max(l.Rows-len(lines), 1)
	if l.Hint != "" && room > 1 {
		room--
	}
	shown := min(len(s.Running), room)
	if l.LogLines != nil {
		shown = min(shown, max(room/3, 1))
	}
	first := min(max(l.Chosen-shown+1, 0), len(s.Running)-shown)
	for i := first; i < first+shown; i++ {
		lines = append(lines, s.Running[i].line(l, l.LogLines != nil && i == l.Chosen))
	}
	if more := len(s.Running) - shown; more > 0 && shown < room {
		lines = append(lines, l.paint(dim, fit(fmt.Sprintf("  and %d more", more), l.Width)))
		shown++
	}
	logs := l.LogLines[max(0, len(l.LogLines)-max(room-shown, 0)):]
	for _, text := range logs {
		lines = append(lines, l.paint(dim, fit("  │ "+text, l.Width)))
	}
	if l.Hint != "" && len(lines) < l.Rows {
		lines = append(lines, l.paint(dim, fit(l.Hint, l.Width)))
	}
	return lines
}

func (s Snapshot) summary(l Look) string {
	parts := []string{fmt.Sprintf("%d of %d built", s.Built, s.Total)}
	if s.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", s.Failed))
	}
	parts = append(parts, clock(s.Elapsed))
	if s.Left >= 0 {
		parts = append(parts, "about "+clock(s.Left)+" left")
	}
	text := fit(strings.Join(parts, " · "), l.Width)
	if s.Failed > 0 {
		return l.paint(red, text)
	}
	return l.paint(bold, text)
}

// bar is as wide as the terminal, up to 72 columns.
func (s Snapshot) bar(l Look) string {
	width := max(min(l.Width, 72)-6, 4)
	return l.paint(green, strokes(s.Share, width)) + fmt.Sprintf(" %3.0f %%", 100*s.Share)
}

// strokes is a bar of eighths of a column.
func strokes(share float64, width int) string {
	share = min(max(share, 0), 1)
	eighths := int(share*float64(width*8) + 0.5)
	text := strings.Repeat("█", eighths/8)
	if eighths%8 > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[eighths%8-1])
	}
	return text + strings.Repeat("░", width-len([]rune(text)))
}

// line is one running build: its name, where it is, and how far.
func (r Running) line(l Look, chosen bool) string {
	mark := "  "
	if chosen {
		mark = "> "
	}
	times := clock(r.Elapsed)
	if r.Expected > 0 {
		times += " of " + clock(r.Expected)
	}
	if r.Holder != "" {
		return l.paint(dim, fit(fmt.Sprintf("%s%-24s waits for %s, %s", mark, r.Name, clean(r.Holder), times), l.Width))
	}
	text := fmt.Sprintf("%s%-24s %-18.18s %-16s", mark, r.Name, clean(r.Phase), times)
	if r.Expected > 0 && l.Width >= 80 {
		text += strokes(float64(r.Elapsed)/float64(r.Expected), 16)
	}
	text = fit(text, l.Width)
	if chosen {
		return l.paint(cyan, text)
	}
	return text
}

func (l Look) paint(style, text string) string {
	if !l.Color {
		return text
	}
	return style + text + plain
}

// clock is a time as people read it: 0:07, 12:40, 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// fit cuts a text to the width; what would steer the terminal goes.
func fit(text string, width int) string {
	runes := []rune(clean(text))
	if len(runes) <= width {
		return string(runes)
	}
	return string(runes[:max(width-1, 0)]) + "…"
}

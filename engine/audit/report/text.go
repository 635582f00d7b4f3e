package report

import (
	"bufio"
	"fmt"
	"io"

	"belljar.build/engine/audit"
)

// TextOptions say how much a person is told.
type TextOptions struct {
	// Verbose lists everything: notes, what is excepted and why, and what the
	// baseline knows.
	Verbose bool
	// Colour is for a terminal.
	Colour bool
}

// maxFindings is how many findings of a part and a rule are listed if not
// verbose.
const maxFindings = 20

// Text writes the report for a person: each part with what was found of it, then
// the numbers.
func Text(w io.Writer, d *Document, o TextOptions) error {
	b := bufio.NewWriter(w) // keeps the first error for Flush
	t := texter{Writer: b, options: o}
	all := d.sections()
	for i := range all {
		t.section(&all[i])
	}
	for i := range d.Stale {
		t.stale(&d.Stale[i])
	}
	t.summary(d, all)
	return b.Flush()
}

type texter struct {
	*bufio.Writer
	options TextOptions
}

// line writes one.
func (t *texter) line(format string, values ...any) { fmt.Fprintf(t, format+"\n", values...) }

// section writes what was found of a part.
func (t *texter) section(s *section) {
	found := s.Tally.String()
	if found == "" {
		found = "clean"
	}
	where := ""
	if s.Place != nil {
		where = "  " + t.paint(dim, placeText(*s.Place))
	}
	t.line("%s%s  %s", t.paint(bold, partName(s.Part)), where, found)
	if s.Truncated {
		t.line("  the observation is not whole: what was not seen proves nothing")
	}
	for i := range s.Groups {
		if t.options.Verbose || s.Groups[i].Severity.AtLeast(audit.Warning) {
			t.group(s, &s.Groups[i])
		}
	}
	if t.options.Verbose {
		t.set("known", s.Known)
		t.set("excepted", s.Excepted)
	}
}

// group writes a rule and what it found in the section's part.
func (t *texter) group(s *section, g *group) {
	t.line("  %s %s: %s", t.paint(severityColour(g.Severity), string(g.Severity)), t.paint(bold, ruleText(g.Rule)), g.Rule.Title)
	run := 0 // findings of which the advice was not yet told
	for i, f := range g.Findings {
		if i == maxFindings && !t.options.Verbose {
			t.line("    … %d more (-v shows them)", len(g.Findings)-i)
			break
		}
		t.finding(f)
		if f.Place != nil && (s.Place == nil || *f.Place != *s.Place) {
			t.line("        %s", placeText(*f.Place))
		}
		run++
		if i+1 < len(g.Findings) && g.Findings[i+1].Fix == f.Fix {
			continue
		}
		t.fix(f.Fix, run)
		run = 0
	}
	if run > 0 {
		t.fix(g.Findings[maxFindings-1].Fix, run)
	}
}

// fix writes what to do about one finding, or below several about all of them.
func (t *texter) fix(fix string, findings int) {
	switch {
	case fix == "":
	case findings == 1:
		t.line("        %s %s", t.paint(green, "fix:"), Printable(fix))
	default:
		t.line("    %s %s", t.paint(green, "fix:"), Printable(fix))
	}
}

// finding writes where, what, and what shows it.
func (t *texter) finding(f *audit.Finding) {
	where := ""
	if f.File != "" {
		where = t.paint(bold, Printable(f.File)) + ": "
	}
	t.line("    %s%s", where, Printable(f.Message))
	for _, e := range f.Evidence {
		t.line("        %s", t.paint(dim, evidenceText(e)))
	}
}

// set writes findings that do not count.
func (t *texter) set(word string, all []*audit.Finding) {
	for _, f := range all {
		rule, _ := audit.Find(f.Rule)
		rule.ID = f.Rule
		t.line("  %s", t.paint(dim, word+" "+ruleText(rule)))
		t.finding(f)
		if e := f.Excepted; e != nil {
			t.line("        reason: %s (%s)", Printable(e.Reason), placeText(e.Place))
		}
	}
}

// stale writes that an exception can go, as belljar tells of a profile.
func (t *texter) stale(e *audit.Exception) {
	t.line("%s: %s: nothing needs the exception \"%s\": remove it", placeText(e.Place), t.paint(yellow, "warning"), exceptionText(*e))
}

func partName(p Part) string {
	if p.Part == "" {
		return Printable(p.Output)
	}
	return Printable(p.Part)
}

func ruleText(r audit.Rule) string {
	if r.Name == "" {
		return Printable(string(r.ID))
	}
	return string(r.ID) + " " + r.Name
}

func placeText(p audit.Place) string {
	return fmt.Sprintf("%s:%d", Printable(p.File), p.Line)
}

func evidenceText(e audit.Evidence) string {
	if e.Text == "" {
		return Printable(e.Where)
	}
	return Printable(e.Where) + ": " + Printable(e.Text)
}

func exceptionText(e audit.Exception) string {
	return fmt.Sprintf("%s %s %s", Printable(string(e.Rule)), Printable(e.Part), Printable(e.What))
}

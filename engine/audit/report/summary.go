package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// summary writes the numbers: a row for each part of which something was found,
// and all together.
func (t *texter) summary(d *Document, all []section) {
	total, width := Count(d.Findings), len("all parts")
	var rows []section
	for _, s := range all {
		if s.Tally != (Tally{}) {
			rows = append(rows, s)
			width = max(width, utf8.RuneCountInString(partName(s.Part)))
		}
	}
	if len(rows) > 0 {
		t.line("")
		t.line("%s  errors  warnings  notes  excepted  known", strings.Repeat(" ", width))
		for _, s := range rows {
			t.row(width, partName(s.Part), s.Tally)
		}
		if len(rows) > 1 {
			t.row(width, "all parts", total)
		}
	}
	t.line("")
	t.line("%s", t.verdict(d, total))
	if d.Gone > 0 {
		t.line("%s: %s gone: write the baseline anew", Printable(d.Baseline), are(d.Gone))
	}
	if total.Notes > 0 && !t.options.Verbose {
		t.line("-v lists the notes, too, and what is excepted or known")
	}
}

func (t *texter) row(width int, name string, n Tally) {
	name += strings.Repeat(" ", width-utf8.RuneCountInString(name))
	t.line("%s  %6d  %8d  %5d  %8d  %5d", name, n.Errors, n.Warnings, n.Notes, n.Excepted, n.Known)
}

// verdict is one line.
func (t *texter) verdict(d *Document, total Tally) string {
	looked := count(len(d.Parts), "part") + " audited"
	if n := d.Failing(); n > 0 {
		return fmt.Sprintf("%s: %s", looked, t.paint(red, total.String()))
	}
	if s := total.String(); s != "" {
		return fmt.Sprintf("%s: %s, %s", looked, t.paint(green, "passed"), s)
	}
	return fmt.Sprintf("%s: %s", looked, t.paint(green, "clean"))
}

// are is "1 finding is", "2 findings are".
func are(n int) string {
	if n == 1 {
		return "1 finding is"
	}
	return count(n, "finding") + " are"
}

package report

import (
	"fmt"
	"strings"

	"belljar.build/engine/audit"
)

// Tally counts findings: those that count by severity, the others by why they
// do not.
type Tally struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	Notes    int `json:"notes"`
	Excepted int `json:"excepted"`
	Known    int `json:"known"`
}

// Count counts.
func Count(all []audit.Finding) (t Tally) {
	for i := range all {
		t.add(&all[i])
	}
	return t
}

// add counts one. What is excepted and known is excepted: that has a reason.
func (t *Tally) add(f *audit.Finding) {
	switch {
	case f.Excepted != nil:
		t.Excepted++
	case f.Known:
		t.Known++
	case f.Severity == audit.Error:
		t.Errors++
	case f.Severity == audit.Warning:
		t.Warnings++
	default:
		t.Notes++
	}
}

// Total is of all that count.
func (t Tally) Total() int { return t.Errors + t.Warnings + t.Notes }

// Worst is the gravest severity that is there; "" when nothing counts.
func (t Tally) Worst() audit.Severity {
	switch {
	case t.Errors > 0:
		return audit.Error
	case t.Warnings > 0:
		return audit.Warning
	case t.Notes > 0:
		return audit.Note
	}
	return ""
}

// String lists what there is: "2 errors, 1 note, 3 known"; "" for nothing.
func (t Tally) String() string {
	var words []string
	for _, c := range [...]struct {
		n    int
		word string
	}{{t.Errors, "error"}, {t.Warnings, "warning"}, {t.Notes, "note"}} {
		if c.n > 0 {
			words = append(words, count(c.n, c.word))
		}
	}
	if t.Excepted > 0 {
		words = append(words, fmt.Sprint(t.Excepted, " excepted"))
	}
	if t.Known > 0 {
		words = append(words, fmt.Sprint(t.Known, " known"))
	}
	return strings.Join(words, ", ")
}

// count is "1 error", "2 errors".
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprint(n, " ", word, "s")
}

package audit

import (
	"fmt"
	"slices"
)

// Severity says what a finding means.
type Severity string

const (
	// Error is an output that is wrong: it fails the build.
	Error Severity = "error"
	// Warning is a leak, or what would be one elsewhere: an audit fails.
	Warning Severity = "warning"
	// Note is a fact that a person may want to know; nothing fails.
	Note Severity = "note"
)

// severities are in the order of rising severity.
var severities = [...]Severity{Note, Warning, Error}

// AtLeast tells whether s is as severe as least, or more.
func (s Severity) AtLeast(least Severity) bool {
	return slices.Index(severities[:], s) >= slices.Index(severities[:], least)
}

// ParseSeverity reads one of the names.
func ParseSeverity(text string) (Severity, error) {
	if s := Severity(text); slices.Contains(severities[:], s) {
		return s, nil
	}
	return "", fmt.Errorf("%q is no severity: note, warning, error", text)
}

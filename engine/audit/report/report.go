// Package report writes findings down: for people, as JSON, as SARIF for other
// programs, and as one page of HTML. It also reads and writes baselines: findings
// that are known and do not count.
package report

import (
	"belljar.build/engine/audit"
	"belljar.build/engine/graph"
)

// Document is one audit.
type Document struct {
	Profile string `json:"profile"` // as the person named it
	Version string `json:"version"` // of belljar
	// Settings are what the static rules were held against.
	Settings audit.Settings  `json:"settings"`
	Parts    []Part          `json:"parts"`
	Findings []audit.Finding `json:"findings"`
	// FailOn is the least severity that makes the audit fail; "" is a warning.
	FailOn audit.Severity `json:"fail_on"`
	// Stale are exceptions that nothing needs any more.
	Stale []audit.Exception `json:"stale_exceptions"`
	// Baseline names the file of what was known before; "" for none. Gone is
	// how much of that was not found again.
	Baseline string `json:"baseline,omitempty"`
	Gone     int    `json:"gone,omitempty"`
	// Graph holds the outputs and their needs; only the HTML page shows it.
	Graph *graph.Graph `json:"-"`
}

// Failing is the number of findings for which the audit fails.
func (d *Document) Failing() int { return audit.Worst(d.Findings, d.failOn()) }

func (d *Document) failOn() audit.Severity {
	if d.FailOn == "" {
		return audit.Warning
	}
	return d.FailOn
}

// Part is an output that was looked at.
type Part struct {
	Part     string `json:"part"`
	Output   string `json:"output"`
	Manifest string `json:"manifest"`
	// Static and Traced say what was looked at.
	Static bool `json:"static"`
	Traced bool `json:"traced"`
	// Place is where the profile has the part.
	Place   *audit.Place `json:"place,omitempty"`
	Seconds float64      `json:"seconds"` // that the static audit took
	// Events, Programs and Misses count what was observed.
	Events    int  `json:"events,omitempty"`
	Programs  int  `json:"programs,omitempty"`
	Misses    int  `json:"misses,omitempty"`
	Truncated bool `json:"truncated,omitempty"`
}

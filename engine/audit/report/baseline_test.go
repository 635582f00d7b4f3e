package report

import (
	"errors"
	"strings"
	"testing"

	"belljar.build/engine/audit"
)

func all(string, audit.ID) bool { return true }

func TestBaseline(t *testing.T) {
	d := document()
	var b strings.Builder
	must(t, WriteBaseline(&b, d))
	golden(t, "baseline.json", b.String())
	known, err := ReadBaseline(strings.NewReader(b.String()))
	must(t, err)
	equal(t, "all but what is excepted", len(known), len(d.Findings)-1)

	// Of another build the keys are others: that is the same finding.
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Known = false
		f.Subject = strings.ReplaceAll(f.Subject, zlibKey, libxml2Key)
	}
	equal(t, "gone", known.Apply(d.Findings, all), 0)
	equal(t, "nothing counts", Count(d.Findings), Tally{Excepted: 1, Known: len(d.Findings) - 1})

	// Known findings stay in a baseline that is written again.
	var again strings.Builder
	must(t, WriteBaseline(&again, d))
	equal(t, "again", again.String(), b.String())

	// What was not found again is gone, if it was looked for.
	less := d.Findings[3:]
	equal(t, "gone", known.Apply(less, all), 3)
	equal(t, "gone elsewhere", known.Apply(less, func(part string, _ audit.ID) bool { return part == "zlib" }), 0)
}

// A baseline lets nothing pass but what it has.
func TestBaselineKnowsOnlyItsOwn(t *testing.T) {
	d := document()
	var b strings.Builder
	must(t, WriteBaseline(&b, d))
	known, err := ReadBaseline(strings.NewReader(b.String()))
	must(t, err)
	f := audit.New(audit.BadMode, "bin/new", "mode", "is writable for all")
	found := []audit.Finding{f}
	equal(t, "gone", known.Apply(found, all), len(known))
	equal(t, "known", found[0].Known, false)
}

func TestEmptyBaseline(t *testing.T) {
	var b strings.Builder
	must(t, WriteBaseline(&b, &Document{}))
	known, err := ReadBaseline(strings.NewReader(b.String()))
	must(t, err)
	equal(t, "known", len(known), 0)
}

func TestReadBaselineIsStrict(t *testing.T) {
	for text, says := range map[string]string{
		``:                               "unexpected end of JSON input",
		`[]`:                             "cannot unmarshal array",
		`{}`:                             "version is 0, not 1",
		`{"version": 2, "findings": []}`: "version is 2, not 1",
		`{"version": 1, "finding": []}`:  `unknown field "finding"`,
		`{"version": 1, "findings": [{"fingerprint": "0123"}]}`:                                             "finding 1 has no fingerprint",
		`{"version": 1, "findings": [{"fingerprint": "00000000000000000000000000000000", "excepted": ""}]}`: `unknown field "excepted"`,
		`{"version": 1, "findings": []} x`:                                                                  "invalid character",
	} {
		_, err := ReadBaseline(strings.NewReader(text))
		if !errors.Is(err, ErrBaseline) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", text, err, says)
		}
	}
}

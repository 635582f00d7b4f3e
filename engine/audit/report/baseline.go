package report

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"belljar.build/engine/audit"
)

// baselineVersion is of what a baseline file means.
const baselineVersion = 1

// maxBaseline is how large such a file may be, bytes.
const maxBaseline = 64 << 20

// ErrBaseline says that a file is no baseline that this belljar can read.
var ErrBaseline = errors.New("not a baseline that this belljar reads (belljar audit --write-baseline writes one)")

// Baseline holds findings that are known, by fingerprint.
type Baseline map[string]Known

// Known is a finding of a baseline. Only the fingerprint counts; the rest is for
// the person who reviews a change of the file.
type Known struct {
	Fingerprint string   `json:"fingerprint"`
	Rule        audit.ID `json:"rule"`
	Part        string   `json:"part"`
	File        string   `json:"file,omitempty"`
	Subject     string   `json:"subject,omitempty"`
	Message     string   `json:"message"`
}

// baselineFile is what the file holds.
type baselineFile struct {
	Version  int     `json:"version"`
	Findings []Known `json:"findings"`
}

// ReadBaseline reads what WriteBaseline wrote. Errors are ErrBaseline, or the
// reader's.
func ReadBaseline(r io.Reader) (Baseline, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	if len(text) > maxBaseline {
		return nil, fmt.Errorf("%w: it is larger than %d MiB", ErrBaseline, maxBaseline>>20)
	}
	var version struct{ Version int }
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBaseline, err)
	}
	if version.Version != baselineVersion {
		return nil, fmt.Errorf("%w: its version is %d, not %d", ErrBaseline, version.Version, baselineVersion)
	}
	var file baselineFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBaseline, err)
	}
	b := Baseline{}
	for i, k := range file.Findings {
		if sum, err := hex.DecodeString(k.Fingerprint); err != nil || len(sum) != 16 {
			return nil, fmt.Errorf("%w: finding %d has no fingerprint of 32 hexadecimal digits", ErrBaseline, i+1)
		}
		b[k.Fingerprint] = k
	}
	return b, nil
}

// Apply marks the findings that the baseline knows. gone is how many of the
// baseline's are not among them, of the parts and rules that were looked at.
func (b Baseline) Apply(all []audit.Finding, looked func(part string, rule audit.ID) bool) (gone int) {
	found := map[string]bool{}
	for i := range all {
		print := all[i].Fingerprint()
		if _, known := b[print]; known {
			all[i].Known, found[print] = true, true
		}
	}
	for print, k := range b {
		if !found[print] && looked(k.Part, k.Rule) {
			gone++
		}
	}
	return gone
}

// WriteBaseline writes what was found and is not excepted, one finding a line,
// sorted: a change of it is one of those lines.
func WriteBaseline(w io.Writer, d *Document) error {
	lines, err := d.baselineLines()
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\"version\": %d, \"findings\": [", baselineVersion)
	for i, line := range lines {
		if i > 0 {
			fmt.Fprint(b, ",")
		}
		fmt.Fprint(b, "\n", line)
	}
	fmt.Fprint(b, "\n]}\n")
	return b.Flush()
}

// baselineLines are in the order of part, rule, file and subject.
func (d *Document) baselineLines() ([]string, error) {
	all := slices.Clone(d.Findings)
	audit.Sort(all)
	var lines []string
	seen := map[string]bool{}
	for i := range all {
		f := &all[i]
		print := f.Fingerprint()
		if f.Excepted != nil || seen[print] {
			continue
		}
		seen[print] = true
		var line strings.Builder
		known := Known{print, f.Rule, f.Part, audit.Mask(f.File), audit.Mask(f.Subject), audit.Mask(f.Message)}
		if err := encode(&line, known, ""); err != nil {
			return nil, err
		}
		lines = append(lines, strings.TrimSuffix(line.String(), "\n"))
	}
	return lines, nil
}

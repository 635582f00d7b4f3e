package report

import (
	"fmt"
	"io"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

// SARIF names the version and the schema it is held against.
const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	// storeBase is what the paths of outputs are relative to.
	storeBase = "STORE"
	// fingerprintName has the version of what Fingerprint covers.
	fingerprintName = "belljarFinding/v1"
)

// SARIF writes the report as SARIF 2.1.0. A result is where the profile has the
// part, for that is what is mended; its analysisTarget is the file in the
// store. What is excepted is suppressed, what the baseline knows is unchanged.
func SARIF(w io.Writer, d *Document) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "belljar", Version: Printable(d.Version), Rules: sarifRules()}},
		Invocations: []sarifInvocation{{Successful: true, Notifications: d.sarifNotifications()}},
		BaseIDs:     map[string]sarifArtifact{storeBase: {URI: fileURI(rootfs.Logical) + "/"}},
		Results:     []sarifResult{},
		Properties:  map[string]any{"profile": d.Profile, "glibc": d.Settings.GLibC, "cpu": d.Settings.CPU},
	}
	index := map[audit.ID]int{}
	for i, r := range audit.Rules() {
		index[r.ID] = i
	}
	for i := range d.Findings {
		run.Results = append(run.Results, d.sarifResult(&d.Findings[i], index))
	}
	return encode(w, sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}}, "  ")
}

func sarifRules() []sarifRule {
	var all []sarifRule
	for _, r := range audit.Rules() {
		all = append(all, sarifRule{
			ID: string(r.ID), Name: r.Name, Default: sarifLevel{string(r.Severity)},
			Short: sarifMessage{r.Title}, Help: sarifMessage{r.Help},
		})
	}
	return all
}

// sarifNotifications tell of what is no finding: exceptions that can go, and
// observations that are not whole.
func (d *Document) sarifNotifications() []sarifNotification {
	var all []sarifNotification
	for _, e := range d.Stale {
		all = append(all, sarifNotification{
			Level:     "warning",
			Message:   sarifMessage{fmt.Sprintf("nothing needs the exception %q: remove it", exceptionText(e))},
			Locations: []sarifLocation{placeLocation(e.Place)},
		})
	}
	for _, p := range d.Parts {
		if p.Truncated {
			all = append(all, sarifNotification{
				Level:   "warning",
				Message: sarifMessage{"the observation of " + partName(p) + " is not whole: what was not seen proves nothing"},
			})
		}
	}
	return all
}

func (d *Document) sarifResult(f *audit.Finding, rules map[audit.ID]int) sarifResult {
	r := sarifResult{
		RuleID: string(f.Rule), Level: string(f.Severity), Message: sarifMessage{sarifText(f)},
		Target:       outputFile(f),
		Locations:    []sarifLocation{findingLocation(f)},
		Fingerprints: map[string]string{fingerprintName: f.Fingerprint()},
		Properties:   map[string]string{},
	}
	if i, ok := rules[f.Rule]; ok {
		r.RuleIndex = &i
	}
	for i, e := range f.Evidence {
		r.Related = append(r.Related, evidenceLocation(i, e, f))
	}
	if d.Baseline != "" {
		r.Baseline = "new"
		if f.Known {
			r.Baseline = "unchanged"
		}
	}
	if e := f.Excepted; e != nil {
		at := placeLocation(e.Place)
		r.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: Printable(e.Reason), Location: &at}}
	}
	for name, value := range map[string]string{"part": f.Part, "output": f.Output, "file": f.File, "subject": f.Subject, "fix": f.Fix} {
		if value != "" {
			r.Properties[name] = value
		}
	}
	return r
}

// sarifText is all that most viewers show: SARIF wants sentences.
func sarifText(f *audit.Finding) string {
	text := Printable(f.Message) + "."
	if f.File != "" {
		text = Printable(f.File) + ": " + text
	}
	if f.Fix != "" {
		text += " Fix: " + Printable(f.Fix) + "."
	}
	return text
}

package audit

import (
	"encoding/json"
	"fmt"
)

// Phase is what a build that fails by its audit is said to fail in.
const Phase = "audit"

// Verdict is what the store keeps of an output's static audit: enough to say at
// every later run whether the policy of that day accepts it.
type Verdict struct {
	Revision int `json:"revision"` // of the rules
	Settings
	// Errors are all findings of that severity, excepted or not.
	Errors   []Finding `json:"errors"`
	Warnings int       `json:"warnings"`
	Notes    int       `json:"notes"`
}

// NewVerdict sums up what was found under these settings.
func NewVerdict(s Settings, found []Finding) *Verdict {
	v := &Verdict{Revision: Revision, Settings: s, Errors: []Finding{}}
	for _, f := range found {
		switch f.Severity {
		case Error:
			f.Place, f.Excepted, f.Known = nil, nil, false
			v.Errors = append(v.Errors, f)
		case Warning:
			v.Warnings++
		case Note:
			v.Notes++
		}
	}
	return v
}

// Encode is the verdict as the store keeps it.
func (v *Verdict) Encode() (json.RawMessage, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode the audit's verdict: %w", err)
	}
	return text, nil
}

// ReadVerdict reads what the store kept. Nothing that holds for these settings
// and rules is nil: then the output is looked at again.
func ReadVerdict(text json.RawMessage, s Settings) *Verdict {
	var v Verdict
	if len(text) == 0 || json.Unmarshal(text, &v) != nil || v.Revision != Revision || v.Settings != s {
		return nil
	}
	return &v
}

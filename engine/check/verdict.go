package check

import (
	"encoding/json"
	"fmt"
	"time"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

// The kinds of nondeterminism: of builds that differ although nothing was
// varied.
const (
	// Race: with one CPU the builds are equal.
	Race = "race"
	// Unknown: builds differ although time, random numbers and all else that
	// can stand still did.
	Unknown = "unknown"
	// Chance: some builds differ, and nothing that can be varied or held still
	// decides which.
	Chance = "chance"
)

// Verdict is what a check of one output found. Its JSON is described in
// docs/check.md.
type Verdict struct {
	Part         string     `json:"part"`
	Output       string     `json:"output"` // base name in the store
	Key          string     `json:"key"`
	Manifest     string     `json:"manifest"` // the recorded one
	Time         time.Time  `json:"time"`     // of the check
	Reproducible bool       `json:"reproducible"`
	Varied       vary.Set   `json:"varied"` // all that was asked for
	Skipped      []Skipped  `json:"skipped"`
	Culprits     []vary.Set `json:"culprits"` // smallest guilty sets, e.g. [["time"]]
	Chance       string     `json:"nondeterminism"`
	Explanation  string     `json:"explanation"` // a line for people where culprits do not say all
	Failure      string     `json:"failure"`     // of a build that failed under some circumstances
	Builds       []Built    `json:"builds"`
	Changes      []Change   `json:"changes"`
	Seconds      float64    `json:"seconds"`
}

// Skipped is a variation that this machine cannot make.
type Skipped struct {
	Variation vary.Variation `json:"variation"`
	Why       string         `json:"why"`
}

// Built is one build of a check.
type Built struct {
	Varied     vary.Set `json:"varied"`
	Controlled bool     `json:"controlled"`
	Manifest   string   `json:"manifest"` // "" when it failed
	Failure    string   `json:"failure"`
	Seconds    float64  `json:"seconds"`
}

// Change is one difference that a culprit makes.
type Change struct {
	Path string `json:"path"`
	// Culprit is empty for what differs while nothing was varied.
	Culprit vary.Set   `json:"culprit"`
	Cause   diff.Cause `json:"cause"`
	// Likely is a word or two about what differs, e.g. "date", "host name".
	Likely string `json:"likely"`
}

func newVerdict(s Subject, o Options) *Verdict {
	return &Verdict{
		Part: s.Part, Output: s.Output, Key: s.Key, Manifest: s.Manifest, Time: time.Now().UTC().Truncate(time.Second),
		Varied: whole(o.Variations), Skipped: append([]Skipped{}, o.Skipped...),
		Culprits: []vary.Set{}, Builds: []Built{}, Changes: []Change{},
	}
}

// whole is a copy that is a list in JSON, too, when it is empty.
func whole(s vary.Set) vary.Set { return append(vary.Set{}, s...) }

// Kept is the verdict as the store keeps it: without the changes, which may be
// many.
func (v *Verdict) Kept() (json.RawMessage, error) {
	text, err := json.Marshal(struct {
		*Verdict
		Changes []Change `json:"changes,omitempty"`
	}{Verdict: v})
	if err != nil {
		return nil, fmt.Errorf("encode the verdict: %w", err)
	}
	return text, nil
}

// ReadKept reads what Kept wrote.
func ReadKept(text json.RawMessage) (*Verdict, error) {
	v := &Verdict{Changes: []Change{}}
	if err := json.Unmarshal(text, v); err != nil {
		return nil, fmt.Errorf("read the kept verdict: %w", err)
	}
	return v, nil
}

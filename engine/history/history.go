// Package history reads what the store noted of a part's builds, and says what
// changed from one to the next: the key, when something that the build could
// see changed, or the output alone, which no build should do.
//
// It writes nothing, and judges only what was noted: belljar check is how one
// finds out whether a build can be repeated.
package history

import (
	"fmt"
	"slices"

	"belljar.build/engine/store"
)

// Entry is one build.
type Entry struct {
	store.Build
	// KeyChanged says that the build before this one was of another key.
	KeyChanged bool `json:"key_changed"`
	// Differs says that the last build of the same key gave another manifest.
	Differs bool `json:"differs"`
}

// Finding is a key that gave several manifests: a build that is not
// reproducible.
type Finding struct {
	Key       string   `json:"key"`
	Manifests []string `json:"manifests"` // in the order of their first build
}

// Report is a part's past.
type Report struct {
	Part     string    `json:"part"`
	Builds   []Entry   `json:"builds"`   // oldest first
	Findings []Finding `json:"findings"` // none is good news
}

// Of reads the history of a part.
func Of(s *store.Store, part string) (*Report, error) {
	builds, err := s.History(part)
	if err != nil {
		return nil, fmt.Errorf("history of %s: %w", part, err)
	}
	r := &Report{Part: part, Builds: []Entry{}, Findings: []Finding{}}
	var keys []string
	last, manifests := map[string]string{}, map[string][]string{}
	for i, b := range builds {
		e := Entry{Build: b, KeyChanged: i > 0 && builds[i-1].Key != b.Key}
		if b.Manifest != "" {
			e.Differs = last[b.Key] != "" && last[b.Key] != b.Manifest
			last[b.Key] = b.Manifest
			if !slices.Contains(manifests[b.Key], b.Manifest) {
				manifests[b.Key] = append(manifests[b.Key], b.Manifest)
			}
		}
		if !slices.Contains(keys, b.Key) {
			keys = append(keys, b.Key)
		}
		r.Builds = append(r.Builds, e)
	}
	for _, key := range keys {
		if len(manifests[key]) > 1 {
			r.Findings = append(r.Findings, Finding{key, manifests[key]})
		}
	}
	return r, nil
}

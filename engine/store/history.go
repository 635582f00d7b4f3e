package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"belljar.build/engine/action"
)

// Outcomes of a [Build].
const (
	OutcomeBuilt  = "built"
	OutcomeFailed = "failed"
)

// Build is one build that happened in this store.
type Build struct {
	Started time.Time `json:"started"`
	Key     string    `json:"key"`
	Name    string    `json:"name"` // of the output
	Outcome string    `json:"outcome"`
	// Manifest is the hash of what was built.
	Manifest string `json:"manifest,omitempty"`
	// Phase is where it failed.
	Phase   string  `json:"phase,omitempty"`
	Seconds float64 `json:"seconds"` // wall time
	CPU     float64 `json:"cpu"`     // seconds, user and system
	MaxRSS  int64   `json:"maxrss"`  // of the largest process, bytes
}

// maxHistory is how large a part's history may grow, in bytes, before its
// older half goes.
const maxHistory = 1 << 18

func (s *Store) historyPath(part string) string { return s.meta("history", part+".jsonl") }

// AddHistory notes a build of a part. Several processes may do so at once: a
// line is one write. The history is for people and for guessing how long
// builds take: nothing else may hang on it.
func (s *Store) AddHistory(part string, b Build) (err error) {
	if err := action.CheckName(part); err != nil {
		return fmt.Errorf("note the build: %w", err)
	}
	line, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("note the build: %w", err)
	}
	f, err := os.OpenFile(s.historyPath(part), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("note the build: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("note the build: %w", err)
	}
	if info, err := f.Stat(); err == nil && info.Size() > maxHistory {
		return s.halve(part)
	}
	return nil
}

// halve forgets the older half. What another process adds meanwhile is lost.
func (s *Store) halve(part string) error {
	text, err := os.ReadFile(s.historyPath(part))
	if err != nil {
		return fmt.Errorf("shorten the history: %w", err)
	}
	text = text[len(text)/2:]
	return s.write(text[bytes.IndexByte(text, '\n')+1:], "history", filepath.Base(s.historyPath(part)))
}

// History lists the builds of a part, oldest first. A line that a kill cut
// short is left out.
func (s *Store) History(part string) ([]Build, error) {
	if err := action.CheckName(part); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	text, err := os.ReadFile(s.historyPath(part))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	var all []Build
	for line := range bytes.Lines(text) {
		var b Build
		if json.Unmarshal(line, &b) == nil {
			all = append(all, b)
		}
	}
	return all, nil
}

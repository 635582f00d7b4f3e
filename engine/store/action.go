package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"belljar.build/engine/action"
)

// Action is the action that an output (a base name) was built by. ErrAbsent
// when the store does not have it.
func (s *Store) Action(path string) (*action.Action, error) {
	if err := checkPath(path); err != nil {
		return nil, fmt.Errorf("read action: %w", err)
	}
	text, err := os.ReadFile(s.meta("action", path[:hashLength]+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read action of %s: %w", path, ErrAbsent)
	}
	if err != nil {
		return nil, fmt.Errorf("read action of %s: %w", path, err)
	}
	var a action.Action
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("read action of %s: %w: %w", path, ErrDamaged, err)
	}
	return &a, nil
}

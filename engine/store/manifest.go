package store

import (
	"fmt"
	"os"

	"belljar.build/engine/manifest"
)

// Manifest reads the manifest of an output, as it was when the output was
// published.
func (s *Store) Manifest(r *Record) (*manifest.Manifest, error) {
	data, err := os.ReadFile(s.meta("manifest", r.Manifest))
	if err != nil {
		return nil, fmt.Errorf("read manifest of %s: %w", r.Path, err)
	}
	if manifest.Sum(data) != r.Manifest {
		return nil, fmt.Errorf("read manifest of %s: %w: it has another hash", r.Path, ErrDamaged)
	}
	m, err := manifest.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("read manifest of %s: %w: %w", r.Path, ErrDamaged, err)
	}
	return m, nil
}

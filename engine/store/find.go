package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MinPrefix is how many digits of a key are enough to name an output.
const MinPrefix = 6

var (
	// ErrAmbiguous says that a word names several outputs.
	ErrAmbiguous = errors.New("names several outputs")
	// ErrUnnamed says that a word cannot name an output.
	ErrUnnamed = errors.New("names no output")
)

// Find gives the record of the output that a person names: by its logical or
// physical path or one inside it, by its base name, or by the first digits of
// its key, at least [MinPrefix]. ErrAbsent when the store has no such output,
// ErrUnnamed when word is none of these.
func (s *Store) Find(word string) (*Record, error) {
	base := s.baseName(word)
	if checkPath(base) == nil {
		return s.recorded(base)
	}
	if len(word) < MinPrefix || len(word) > keyLength || !allHex(word) {
		return nil, fmt.Errorf("%q %w", word, ErrUnnamed)
	}
	return s.findPrefix(word)
}

// baseName is the output's own part of a path into the store.
func (s *Store) baseName(word string) string {
	for _, dir := range []string{Logical, s.dir} {
		if rest, ok := strings.CutPrefix(filepath.Clean(word), dir+"/"); ok {
			base, _, _ := strings.Cut(rest, "/")
			return base
		}
	}
	return word
}

func (s *Store) findPrefix(word string) (found *Record, err error) {
	all, err := s.shorts()
	if err != nil {
		return nil, err
	}
	for _, short := range all {
		if !strings.HasPrefix(short, word[:min(len(word), hashLength)]) {
			continue
		}
		r, err := s.read(short)
		if err != nil {
			return nil, err
		}
		if r.Failed || !strings.HasPrefix(r.Key, word) {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("%s %w: %s, %s and maybe more", word, ErrAmbiguous, found.Path, r.Path)
		}
		found = r
	}
	if found == nil {
		return nil, fmt.Errorf("%s: %w", word, ErrAbsent)
	}
	return found, nil
}

// shorts lists the first 32 characters of the keys that have a record, sorted.
func (s *Store) shorts() ([]string, error) {
	entries, err := os.ReadDir(s.meta("record"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list records: %w", err)
	}
	var all []string
	for _, e := range entries {
		if short, ok := strings.CutSuffix(e.Name(), ".json"); ok && len(short) == hashLength && allHex(short) {
			all = append(all, short)
		}
	}
	return all, nil
}

// Records lists the records of all finished outputs, by key. Those that cannot be read are
// left to [Store.Verify].
func (s *Store) Records() ([]*Record, error) {
	shorts, err := s.shorts()
	if err != nil {
		return nil, err
	}
	var all []*Record
	for _, short := range shorts {
		if r, err := s.read(short); err == nil && !r.Failed {
			all = append(all, r)
		}
	}
	return all, nil
}

package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
)

// Damage is something that is not as belljar left it.
type Damage struct {
	// Path is the base name of an output, or a path beneath the store.
	Path string `json:"path"`
	// Kind is "changed", "tree missing", "unrecorded tree", "bad record",
	// "manifest lost", "action lost" or "stray".
	Kind string `json:"kind"`
	// Detail says more in words.
	Detail string `json:"detail,omitempty"`
	// Key is the output's, as far as it is known; Expected its manifest hash.
	Key      string `json:"key,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Changes are the paths of a changed tree that differ.
	Changes []Change `json:"changes,omitempty"`
}

// Kinds of [Damage].
const (
	DamageChanged    = "changed"
	DamageMissing    = "tree missing"
	DamageUnrecorded = "unrecorded tree"
	DamageRecord     = "bad record"
	DamageManifest   = "manifest lost"
	DamageAction     = "action lost"
	DamageStray      = "stray"
)

// Change is one path of a tree that is not as its manifest says.
type Change struct {
	Path string `json:"path"`
	Kind string `json:"kind"` // "added", "removed", "changed"
	// Fields of a changed path: "kind", "mode", "size", "digest", "target".
	Fields []string `json:"fields,omitempty"`
}

// VerifyOptions say what to look at.
type VerifyOptions struct {
	// Paths are base names of outputs; none means the whole store.
	Paths []string
	// Workers is how many outputs are read at a time; 0 means one for every
	// processor, at most 8.
	Workers int
	// Progress is called after each output, with how many of how many are
	// done; from several goroutines, one at a time.
	Progress func(done, of int, r *Record)
}

// Verify reads everything that the store's records vouch for and lists what is
// not as they say, sorted by path. An error means that it could not look.
func (s *Store) Verify(ctx context.Context, o VerifyOptions) ([]Damage, error) {
	v := &verification{store: s, options: o}
	if err := v.find(); err != nil {
		return nil, fmt.Errorf("verify the store: %w", err)
	}
	if err := v.readAll(ctx); err != nil {
		return nil, fmt.Errorf("verify the store: %w", err)
	}
	slices.SortStableFunc(v.damage, func(a, b Damage) int { return strings.Compare(a.Path, b.Path) })
	return v.damage, nil
}

type verification struct {
	store   *Store
	options VerifyOptions
	records []*Record

	mu     sync.Mutex
	damage []Damage
	done   int
}

func (v *verification) add(d Damage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.damage = append(v.damage, d)
}

// find lists the records to check, and, of a whole store, what has none.
func (v *verification) find() error {
	if len(v.options.Paths) > 0 {
		for _, path := range v.options.Paths {
			if err := checkPath(path); err != nil {
				return err
			}
			if err := v.load(path[:hashLength]); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s: %w", path, ErrAbsent)
			} else if err != nil {
				return err
			}
		}
		return nil
	}
	shorts, err := v.store.shorts()
	if err != nil {
		return err
	}
	for _, short := range shorts {
		if err := v.load(short); err != nil && !errors.Is(err, fs.ErrNotExist) { // gone since: a collector runs
			return err
		}
	}
	return v.strays(shorts)
}

// load reads one record.
func (v *verification) load(short string) error {
	r, err := v.store.read(short)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case err != nil:
		v.add(Damage{Path: ".belljar/record/" + short + ".json", Kind: DamageRecord, Detail: err.Error()})
	case !r.Failed:
		v.records = append(v.records, r)
	}
	return nil
}

// strays finds what stands in the store's folder without a record.
func (v *verification) strays(shorts []string) error {
	entries, err := os.ReadDir(v.store.dir)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range v.records {
		known[r.Path] = true
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case known[name] || name == ".belljar":
		case checkPath(name) != nil:
			v.add(Damage{Path: name, Kind: DamageStray, Detail: "belljar did not put it there"})
		case v.beingPublished(name):
		case slices.Contains(shorts, name[:hashLength]):
			v.add(Damage{Path: name, Kind: DamageUnrecorded, Detail: "its record is bad, or is of a failed build"})
		default:
			v.add(Damage{Path: name, Kind: DamageUnrecorded, Detail: "there is no record of it"})
		}
	}
	return nil
}

// beingPublished tells the tree of a build that gets its record now, or got
// it just now, from one that never will.
func (v *verification) beingPublished(name string) bool {
	l := newLock(v.store.meta("lock", name[:hashLength]+lockSuffix))
	if _, err := os.Stat(l.Path()); err == nil {
		locked, err := l.TryRLock()
		_ = l.Close()
		if err == nil && !locked {
			return true
		}
	}
	r, err := v.store.read(name[:hashLength])
	return err == nil && !r.Failed && r.Path == name
}

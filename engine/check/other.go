package check

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"belljar.build/engine/manifest"
	"belljar.build/engine/store"
)

var (
	// ErrForeign says that a file holds nothing to compare with.
	ErrForeign = errors.New("neither a manifest nor JSON of belljar build or check")
	// ErrOneManifest says that a manifest, which names no part, cannot be
	// compared with several.
	ErrOneManifest = errors.New("a manifest is of one part: name that part")
)

// Foreign is what is known of one output made elsewhere.
type Foreign struct {
	Part     string `json:"part,omitempty"`
	Key      string `json:"key,omitempty"`
	Manifest string `json:"manifest"` // hash
}

// Other are outputs made elsewhere: those that a file tells of, or another
// store.
type Other struct {
	outputs []Foreign
	whole   *manifest.Manifest // of a file that is one
	store   *store.Store       // of a folder
}

// OpenOther opens a store, or reads a file: a manifest, or what belljar build
// --json or belljar check --json printed.
func OpenOther(path string) (*Other, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("compare with another: %w", err)
	}
	o := &Other{}
	if info.IsDir() {
		if o.store, err = store.OpenToRead(path); err != nil {
			return nil, fmt.Errorf("compare with another: %w", err)
		}
		return o, nil
	}
	text, err := os.ReadFile(path)
	if err == nil {
		err = o.read(text)
	}
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", path, err)
	}
	return o, nil
}

// Suits says whether the other can be compared with that many parts:
// ErrOneManifest if not.
func (o *Other) Suits(parts int) error {
	if o.whole != nil && parts != 1 {
		return ErrOneManifest
	}
	return nil
}

func (o *Other) read(text []byte) (err error) {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		if o.whole, err = manifest.Decode(text); errors.Is(err, manifest.ErrVersion) {
			err = ErrForeign
		}
		return err
	}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var value struct{ Parts, Checks []Foreign }
		err := d.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrForeign, err)
		}
		o.outputs = slices.Concat(o.outputs, value.Parts, value.Checks)
	}
	if len(o.outputs) == 0 {
		return fmt.Errorf("%w: it has no table of parts", ErrForeign)
	}
	return nil
}

// The results of a [Comparison].
const (
	Equal       = "equal"
	Differs     = "differs"
	OtherInputs = "other inputs" // another key: not the same was built
	Absent      = "absent"       // nothing is known of the part
)

// Comparison is how one output compares with the one made elsewhere.
type Comparison struct {
	Part     string   `json:"part"`
	Output   string   `json:"output"`
	Key      string   `json:"key"`
	Manifest string   `json:"manifest"`
	Result   string   `json:"result"`
	Theirs   *Foreign `json:"theirs,omitempty"` // nil if absent
	Changes  []Change `json:"changes"`          // as far as the other can tell
}

// Compare compares an output of s with the other's.
func (o *Other) Compare(ctx context.Context, s *store.Store, part string, r *store.Record) (*Comparison, error) {
	c := &Comparison{Part: part, Output: r.Path, Key: r.Key, Manifest: r.Manifest, Changes: []Change{}}
	theirs, err := o.find(part, r)
	if err != nil {
		return nil, err
	}
	c.Theirs = theirs
	switch {
	case theirs == nil:
		c.Result = Absent
	case theirs.Key != "" && theirs.Key != r.Key:
		c.Result = OtherInputs
	case theirs.Manifest == r.Manifest:
		c.Result = Equal
	default:
		c.Result = Differs
		c.Changes, err = o.changes(ctx, s, r)
	}
	return c, err
}

// find is the other's output of the same key, or else of the same part.
func (o *Other) find(part string, r *store.Record) (*Foreign, error) {
	if o.store != nil {
		return o.findStored(part, r)
	}
	if o.whole != nil {
		hash, err := o.whole.Hash()
		return &Foreign{Manifest: hash}, err
	}
	var found *Foreign
	for i := range o.outputs {
		f := &o.outputs[i]
		if f.Key == r.Key {
			return f, nil
		}
		if f.Part == part {
			found = f
		}
	}
	return found, nil
}

// findStored is find in a store; of a part's outputs the newest counts.
func (o *Other) findStored(part string, r *store.Record) (*Foreign, error) {
	same, ok, err := o.store.Lookup(r.Key)
	if err != nil {
		return nil, err
	}
	if !ok {
		all, err := o.store.Records()
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(other *store.Record) bool { return other.Part != part })
		if len(all) == 0 {
			return nil, nil
		}
		same = slices.MaxFunc(all, func(a, b *store.Record) int {
			return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Key, b.Key))
		})
	}
	return &Foreign{Part: same.Part, Key: same.Key, Manifest: same.Manifest}, nil
}

// treeOf is where an output's files are in a store.
func treeOf(s *store.Store, r *store.Record) string { return filepath.Join(s.Dir(), r.Path) }

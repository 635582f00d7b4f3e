package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest"
	"belljar.build/engine/manifest/tree"
)

// DefaultEpoch is the time that files get when nothing else is asked for: the
// first second that no program takes for "no time".
const DefaultEpoch = 1

// PublishOptions describe a finished build.
type PublishOptions struct {
	// Action is its canonical encoding.
	Action []byte
	// Part is what the profile calls it.
	Part string
	// Candidates are the store paths (base names) that the build could see;
	// those whose hash stands in the output become its references.
	Candidates []string
	// Started is when the build began; default: when the staging was made.
	Started time.Time
	// Seconds is how long it took; default: from Started until now.
	Seconds float64
	// Epoch is the time that every file gets, in seconds since 1970; 0 means
	// [DefaultEpoch].
	Epoch int64
	// Inspect looks at the tree in its canonical form, before it is published
	// under the record: it may fill in the record's Audit, and its error keeps
	// everything out of the store. Default: nobody looks.
	Inspect func(ctx context.Context, dir string, r *Record) error
}

// Publish makes the staged output a finished one; the staging is spent then.
// The caller holds the key's lock. When Publish fails, nothing is in the store.
// What the build may not leave behind (set-id bits, sockets, devices) is
// ErrUnfit, a key that has an output already ErrExists.
func (g *Staging) Publish(ctx context.Context, o PublishOptions) (*Record, error) {
	if o.Epoch == 0 {
		o.Epoch = DefaultEpoch
	}
	r, encoded, err := g.examine(ctx, o)
	if err == nil && o.Inspect != nil {
		err = o.Inspect(ctx, g.Path("out"), r)
	}
	if err == nil {
		err = g.install(ctx, r, encoded, o.Action)
	}
	if err != nil {
		return nil, fmt.Errorf("publish %s: %w", g.name, err)
	}
	return r, nil
}

// Examine describes the staged output as Publish would, modes and times included,
// and leaves it where it is, in folder "out". Errors are Publish's.
func (g *Staging) Examine(ctx context.Context, o PublishOptions) (*Record, error) {
	if o.Epoch == 0 {
		o.Epoch = DefaultEpoch
	}
	r, _, err := g.examine(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("examine %s: %w", g.name, err)
	}
	return r, nil
}

// examine brings the output into its canonical form and describes it.
func (g *Staging) examine(ctx context.Context, o PublishOptions) (*Record, []byte, error) {
	r := g.store.newRecord(g.key, g.name)
	scan, err := newScanner(append([]string{r.Path}, o.Candidates...)...)
	if err != nil {
		return nil, nil, err
	}
	if err := normalise(g.Path("out"), o.Epoch); err != nil {
		return nil, nil, err
	}
	m, err := manifest.Build(ctx, g.Path("out"), manifest.Options{Scan: scan.file})
	if errors.Is(err, manifest.ErrSpecial) {
		err = fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	if err != nil {
		return nil, nil, err
	}
	for i := range m.Entries {
		scan.text(m.Entries[i].Path, m.Entries[i].Path)
		scan.text(m.Entries[i].Path, m.Entries[i].Target)
	}
	if err := scan.undeclared(); err != nil {
		return nil, nil, err
	}
	encoded, err := m.Encode()
	if err != nil {
		return nil, nil, err
	}
	r.Manifest, r.References, r.Size = manifest.Sum(encoded), scan.found(), m.Size()
	r.Part = o.Part
	r.Started, r.Seconds = g.times(o)
	return r, encoded, nil
}

func (g *Staging) times(o PublishOptions) (time.Time, float64) {
	if o.Started.IsZero() {
		o.Started = g.made
	}
	if o.Seconds == 0 {
		o.Seconds = time.Since(o.Started).Seconds()
	}
	return o.Started.UTC().Truncate(time.Second), o.Seconds
}

// install moves the tree and writes what is known of it: first everything but
// the record, then one flush for all of that, then the record. So a record on
// disk vouches only for what is on disk, and a publication waits twice for it,
// however many files it has.
//
// Meanwhile the garbage collector waits: to it, a manifest without a record is
// rubbish.
func (g *Staging) install(ctx context.Context, r *Record, encoded, action []byte) (err error) {
	s := g.store
	guard := newLock(s.meta("lock", collectorLock))
	if err := guard.RLock(); err != nil {
		return fmt.Errorf("keep the garbage collector out: %w", err)
	}
	defer func() { err = errors.Join(err, guard.Unlock()) }()
	if err := s.makeRoom(r); err != nil {
		return err
	}
	if err := s.place(encoded, "manifest", r.Manifest); err != nil {
		return err
	}
	if err := s.place(action, "action", r.Key[:hashLength]+".json"); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	final := filepath.Join(s.dir, r.Path)
	if err := os.Rename(g.Path("out"), final); err != nil {
		return fmt.Errorf("move the output into place: %w", err)
	}
	err = g.flush()
	if err == nil {
		err = s.writeRecord(r)
	}
	if err != nil {
		return errors.Join(err, tree.Remove(final))
	}
	return nil
}

// makeRoom removes what stands in the output's place without being one. A
// record whose tree is gone must go before a new tree comes, or it would
// vouch for that.
func (s *Store) makeRoom(r *Record) error {
	_, exists, err := s.Lookup(r.Key)
	if err != nil {
		return err
	}
	if exists {
		return fmt.Errorf("%s: %w", r.Path, ErrExists)
	}
	record := s.meta("record", r.Key[:hashLength]+".json")
	if err := errors.Join(tree.Remove(record), tree.Remove(filepath.Join(s.dir, r.Path))); err != nil {
		return fmt.Errorf("remove an unfinished output: %w", err)
	}
	return nil
}

// flush puts everything on the store's file system on disk: one call instead
// of one a file. The work folders go first: what is deleted needs no writing.
// Should that fail, Discard will say so.
func (g *Staging) flush() error {
	_ = errors.Join(tree.Remove(g.Path("build")), tree.Remove(g.Path("tmp")))
	if err := unix.Syncfs(int(g.disk.Fd())); err != nil {
		return fmt.Errorf("flush the store: %w", err)
	}
	return nil
}

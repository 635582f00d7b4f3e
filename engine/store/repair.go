package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest"
	"belljar.build/engine/manifest/tree"
)

// DifferentError says that an output that was built again is not the recorded
// one. Nothing in the store was changed.
type DifferentError struct {
	Path            string // base name of the output
	Recorded, Built string // manifest hashes
}

func (e *DifferentError) Error() string {
	return fmt.Sprintf("%s: built again it has manifest %.16s, recorded is %.16s: it is not reproducible, and the damaged one stays", e.Path, e.Built, e.Recorded)
}

// Replace puts the staged output in the place of a damaged one of the same
// key, if its manifest hash is the recorded one; otherwise the error is a
// *[DifferentError]. The staging is spent; the caller holds the key's lock.
func (g *Staging) Replace(ctx context.Context, o PublishOptions) (*Record, error) {
	if o.Epoch == 0 {
		o.Epoch = DefaultEpoch
	}
	recorded, err := g.store.lookup(g.key)
	if err == nil && (recorded == nil || recorded.Failed) {
		err = ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("repair %s: %w", g.name, err)
	}
	built, encoded, err := g.examine(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("repair %s: %w", g.name, err)
	}
	if built.Manifest != recorded.Manifest {
		return nil, &DifferentError{recorded.Path, recorded.Manifest, built.Manifest}
	}
	if err := g.exchange(recorded, encoded, o.Action); err != nil {
		return nil, fmt.Errorf("repair %s: %w", g.name, err)
	}
	return recorded, nil
}

// exchange swaps the trees in one step: programs that run from the damaged one
// find a whole tree at every moment.
func (g *Staging) exchange(r *Record, encoded, action []byte) error {
	s := g.store
	if err := errors.Join(
		s.place(encoded, "manifest", r.Manifest), s.place(action, "action", r.Key[:hashLength]+".json"),
	); err != nil {
		return err
	}
	final := filepath.Join(s.dir, r.Path)
	// Moving a folder takes the right to write it; the damage may be that.
	if info, err := os.Lstat(final); err == nil && info.IsDir() {
		_ = os.Chmod(final, 0o755)
	}
	err := unix.Renameat2(unix.AT_FDCWD, g.Path("out"), unix.AT_FDCWD, final, unix.RENAME_EXCHANGE)
	if errors.Is(err, unix.ENOENT) {
		err = os.Rename(g.Path("out"), final)
	}
	if err != nil {
		return fmt.Errorf("move the output into place: %w", err)
	}
	return g.flush()
}

// Mend puts back what can be had without a build: the manifest of a tree that
// is whole, and the action, whose hash must be the key. It reports whether
// that was all that was wrong.
func (s *Store) Mend(ctx context.Context, d Damage, action []byte) (bool, error) {
	switch d.Kind {
	case DamageManifest:
		r, err := s.lookup(d.Key)
		if err != nil || r == nil {
			return false, err
		}
		m, err := manifest.Build(ctx, filepath.Join(s.dir, r.Path), manifest.Options{})
		if err != nil {
			return false, context.Cause(ctx)
		}
		encoded, err := m.Encode()
		if err != nil || manifest.Sum(encoded) != r.Manifest {
			return false, nil
		}
		return true, s.write(encoded, "manifest", r.Manifest)
	case DamageAction:
		if sum := sha256.Sum256(action); hex.EncodeToString(sum[:]) != d.Key {
			return false, nil
		}
		return true, s.write(action, "action", d.Key[:hashLength]+".json")
	}
	return false, nil
}

// Drop removes a damaged output, its record first, so that it counts as never
// built: there is nothing then that the next build of it would be compared
// with. short is the first 32 characters of the key. It waits for nobody: who
// holds the key's lock is an error.
func (s *Store) Drop(short string) (err error) {
	if len(short) != hashLength || !allHex(short) {
		return fmt.Errorf("drop %q: %w", short, ErrPath)
	}
	name := s.meta("lock", short+lockSuffix)
	l := newLock(name)
	locked, err := l.TryLock()
	if err != nil || !locked {
		return errors.Join(fmt.Errorf("drop %s: %s is at it", short, readHolder(name)), err, l.Close())
	}
	defer func() { err = errors.Join(err, l.Unlock()) }()
	if err := os.Remove(s.meta("record", short+".json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("drop %s: %w", short, err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("drop %s: %w", short, err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), short+"-") {
			continue
		}
		if err := tree.Remove(filepath.Join(s.dir, e.Name())); err != nil {
			return fmt.Errorf("drop %s: %w", short, err)
		}
	}
	return nil
}

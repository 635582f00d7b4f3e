package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrOther says that the output is another than the one that was checked.
var ErrOther = errors.New("the output is another one now")

// SetCheck makes verdict, which is JSON, the check of key's record, in place of
// an earlier one, if the record's output is still the checked one: has this
// manifest hash. If not, the error wraps ErrOther, and nothing changes.
//
// It waits for whoever builds key, and keeps the garbage collector out, or a
// record could come back whose tree is gone.
func (s *Store) SetCheck(ctx context.Context, key, manifest string, verdict json.RawMessage) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("record the check of %s: %w", key, err)
		}
	}()
	if !json.Valid(verdict) {
		return errors.New("the verdict is no JSON")
	}
	unlock, err := s.Lock(ctx, key, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	guard := newLock(s.meta("lock", collectorLock))
	if err := guard.RLock(); err != nil {
		return fmt.Errorf("keep the garbage collector out: %w", err)
	}
	defer func() { err = errors.Join(err, guard.Unlock()) }()
	r, err := s.lookup(key)
	if err != nil {
		return err
	}
	if r == nil || r.Failed || r.Manifest != manifest {
		return ErrOther
	}
	r.Check = verdict
	return s.writeRecord(r)
}

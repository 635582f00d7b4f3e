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
func (s *Store) SetCheck(ctx context.Context, key, manifest string, verdict json.RawMessage) error {
	err := s.amend(ctx, key, manifest, verdict, func(r *Record) { r.Check = verdict })
	if err != nil {
		return fmt.Errorf("record the check of %s: %w", key, err)
	}
	return nil
}

// SetAudit is SetCheck for the static audit.
func (s *Store) SetAudit(ctx context.Context, key, manifest string, verdict json.RawMessage) error {
	err := s.amend(ctx, key, manifest, verdict, func(r *Record) { r.Audit = verdict })
	if err != nil {
		return fmt.Errorf("record the audit of %s: %w", key, err)
	}
	return nil
}

// amend changes the record of a finished output. It waits for whoever builds key,
// and keeps the garbage collector out, or a record could come back whose tree
// is gone.
func (s *Store) amend(ctx context.Context, key, manifest string, verdict json.RawMessage, change func(*Record)) (err error) {
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
	change(r)
	return s.writeRecord(r)
}

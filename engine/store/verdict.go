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
// manifest hash. If not, the error wraps ErrOther, and nothing changes. It waits
// for whoever builds key.
func (s *Store) SetCheck(ctx context.Context, key, manifest string, verdict json.RawMessage) error {
	unlock, err := s.Lock(ctx, key, nil)
	if err == nil {
		err = s.amend(key, manifest, verdict, func(r *Record) { r.Check = verdict })
		err = errors.Join(err, unlock())
	}
	if err != nil {
		return fmt.Errorf("record the check of %s: %w", key, err)
	}
	return nil
}

// SetAudit is SetCheck for the static audit, which costs less to make again than
// a build to wait for: while somebody builds key, nothing changes.
func (s *Store) SetAudit(key, manifest string, verdict json.RawMessage) error {
	unlock, err := s.TryLock(key)
	if err == nil && unlock != nil {
		err = s.amend(key, manifest, verdict, func(r *Record) { r.Audit = verdict })
		err = errors.Join(err, unlock())
	}
	if err != nil {
		return fmt.Errorf("record the audit of %s: %w", key, err)
	}
	return nil
}

// amend changes the record of a finished output. The caller holds the key's lock;
// the garbage collector is kept out, or a record could come back whose tree is
// gone.
func (s *Store) amend(key, manifest string, verdict json.RawMessage, change func(*Record)) (err error) {
	if !json.Valid(verdict) {
		return errors.New("the verdict is no JSON")
	}
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

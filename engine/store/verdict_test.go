package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func compact(t *testing.T, text json.RawMessage) string {
	t.Helper()
	var out bytes.Buffer
	must(t, json.Compact(&out, text))
	return out.String()
}

func TestSetCheck(t *testing.T) {
	s, ctx, verdict := open(t), context.Background(), json.RawMessage(`{"reproducible":true}`)
	r := publish(t, s, keyOf(1), "x")
	must(t, s.SetCheck(ctx, keyOf(1), r.Manifest, verdict))
	got, ok, err := s.Lookup(keyOf(1))
	if err != nil || !ok || compact(t, got.Check) != string(verdict) {
		t.Errorf("%s, %v, %v", got.Check, ok, err)
	}
	got.Check = nil
	if a, b := encoded(t, r), encoded(t, got); a != b {
		t.Errorf("the record changed\n%s\n%s", a, b)
	}
	must(t, s.SetCheck(ctx, keyOf(1), r.Manifest, json.RawMessage(`{"reproducible":false}`)))
	for name, tt := range map[string]struct {
		key, manifest, verdict string
		want                   error
	}{
		"another output": {keyOf(1), keyOf(3), `{}`, ErrOther},
		"never built":    {keyOf(2), r.Manifest, `{}`, ErrOther},
		"no key":         {"x", r.Manifest, `{}`, ErrKey},
		"no JSON":        {keyOf(1), r.Manifest, `{`, nil},
	} {
		if err := s.SetCheck(ctx, tt.key, tt.manifest, json.RawMessage(tt.verdict)); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, _, _ := s.Lookup(keyOf(1)); compact(t, got.Check) != `{"reproducible":false}` {
		t.Errorf("a refused verdict was recorded: %s", got.Check)
	}
}

func encoded(t *testing.T, r *Record) string {
	t.Helper()
	text, err := json.Marshal(r)
	must(t, err)
	return string(text)
}

// Whoever builds the key is waited for, and what verify, repair and the
// collector think of an output does not change.
func TestSetCheckBesideOthers(t *testing.T) {
	s, ctx := open(t), context.Background()
	r := publish(t, s, keyOf(1), "x")
	before, err := s.Verify(ctx, VerifyOptions{}) // its action is not the key's
	must(t, err)
	unlock, err := s.TryLock(keyOf(1))
	must(t, err)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := s.SetCheck(short, keyOf(1), r.Manifest, json.RawMessage(`{}`)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("written while another builds: %v", err)
	}
	must(t, unlock())
	must(t, s.SetCheck(ctx, keyOf(1), r.Manifest, json.RawMessage(`{"a":1}`)))
	after, err := s.Verify(ctx, VerifyOptions{})
	if must(t, err); len(after) != len(before) {
		t.Errorf("%v, before %v", after, before)
	}
	must(t, s.Pin(r.Path))
	result, err := s.GC(ctx, GCOptions{})
	if err != nil || result.Deleted != 0 {
		t.Errorf("%+v, %v", result, err)
	}
	must(t, s.Unpin(r.Path))
	if result, err = s.GC(ctx, GCOptions{}); err != nil || result.Deleted != 1 {
		t.Errorf("%+v, %v", result, err)
	}
	if err := s.SetCheck(ctx, keyOf(1), r.Manifest, json.RawMessage(`{}`)); !errors.Is(err, ErrOther) {
		t.Errorf("a deleted output was checked: %v", err)
	}
}

func TestOpenToRead(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "x")
	must(t, os.Chmod(s.meta("staging"), 0o500))
	other, err := OpenToRead(s.Dir())
	must(t, err)
	if _, ok, err := other.Lookup(keyOf(1)); !ok || err != nil {
		t.Error(ok, err)
	}
	if _, err := other.Manifest(r); err != nil {
		t.Error(err)
	}
	must(t, other.Close())
	must(t, os.Chmod(s.meta("staging"), 0o755))
	empty := t.TempDir()
	if _, err := OpenToRead(empty); !errors.Is(err, ErrNoStore) {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(empty, ".belljar")); err == nil {
		t.Error("a store was made")
	}
}

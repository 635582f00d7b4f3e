package store

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// Who inspects an output sees what will be published, and its word decides.
func TestInspect(t *testing.T) {
	s, ctx := open(t), context.Background()
	look := func(g *Staging, verdict error) (*Record, error) {
		must(t, os.WriteFile(g.Path("out/file"), []byte("x"), 0o600))
		return g.Publish(ctx, PublishOptions{Action: []byte("{}"), Epoch: 7, Inspect: func(_ context.Context, dir string, r *Record) error {
			var st unix.Stat_t
			must(t, unix.Lstat(filepath.Join(dir, "file"), &st))
			if st.Mode&0o777 != 0o644 || st.Mtim.Sec != 7 || r.Manifest == "" {
				t.Errorf("mode %o, time %d, manifest %q", st.Mode, st.Mtim.Sec, r.Manifest)
			}
			r.Audit = json.RawMessage(`{"a":1}`)
			return verdict
		}})
	}
	refused := errors.New("refused")
	if _, err := look(stage(t, s, keyOf(1)), refused); !errors.Is(err, refused) {
		t.Errorf("error %v", err)
	}
	if lookup(t, s, keyOf(1)) {
		t.Error("what was refused is in the store")
	}
	_, err := look(stage(t, s, keyOf(1)), nil)
	must(t, err)
	got, _, err := s.Lookup(keyOf(1))
	must(t, err)
	if compact(t, got.Audit) != `{"a":1}` {
		t.Errorf("audit %s", got.Audit)
	}
	must(t, s.SetCheck(ctx, keyOf(1), got.Manifest, json.RawMessage(`{"c":2}`)))
	must(t, s.SetAudit(keyOf(1), got.Manifest, json.RawMessage(`{"b":2}`)))
	if err := s.SetAudit(keyOf(1), keyOf(9), json.RawMessage(`{}`)); !errors.Is(err, ErrOther) {
		t.Errorf("another output: %v", err)
	}
	// Nobody waits for a build to be told of an audit.
	unlock, err := s.Lock(ctx, keyOf(1), nil)
	must(t, err)
	must(t, s.SetAudit(keyOf(1), got.Manifest, json.RawMessage(`{"late":3}`)))
	must(t, unlock())
	got, _, err = s.Lookup(keyOf(1))
	must(t, err)
	if compact(t, got.Audit) != `{"b":2}` || compact(t, got.Check) != `{"c":2}` {
		t.Errorf("audit %s, check %s", got.Audit, got.Check)
	}
}

// Of what a build could see, what is gone is left out, and what has lost its own.
func TestSurviving(t *testing.T) {
	s := open(t)
	a := publish(t, s, keyOf(1), "a")
	b := publish(t, s, keyOf(2), a.Path, a.Path)
	c := publish(t, s, keyOf(3), "c")
	lost := publish(t, s, keyOf(4), "lost")
	d := publish(t, s, keyOf(5), lost.Path, lost.Path)
	must(t, os.Remove(s.meta("record", lost.Key[:32]+".json")))
	got, err := s.Surviving([]string{b.Path, c.Path, lost.Path, d.Path})
	must(t, err)
	want := []string{a.Path, b.Path, c.Path}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

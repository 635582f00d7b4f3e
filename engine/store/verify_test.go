package store

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return text
}

// damage lists what Verify finds, "kind path", but for lost actions: these
// tests' actions are not what the keys are computed from.
func damage(t *testing.T, s *Store, want ...string) []Damage {
	t.Helper()
	found, err := s.Verify(context.Background(), VerifyOptions{})
	must(t, err)
	var all []Damage
	var got []string
	for _, d := range found {
		if d.Kind == DamageAction {
			continue
		}
		all = append(all, d)
		got = append(got, d.Kind+" "+d.Path)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("damage (-want +got):\n%s", diff)
	}
	return all
}

func TestVerify(t *testing.T) {
	s := open(t)
	p := graph(t, s, 7, nil)
	damage(t, s)
	at := func(i int, name string) string { return filepath.Join(s.dir, p[i], name) }
	must(t, os.WriteFile(at(1, "file"), []byte("x"), 0o644))
	must(t, os.Chmod(at(2, "file"), 0o755))
	must(t, os.Remove(at(3, "file")))
	must(t, os.WriteFile(at(3, "extra"), nil, 0o644))
	must(t, os.RemoveAll(at(4, "")))
	must(t, os.Remove(s.meta("record", p[5][:32]+".json")))
	must(t, os.WriteFile(s.meta("record", p[6][:32]+".json"), []byte("{"), 0o644))
	must(t, os.Mkdir(filepath.Join(s.dir, "lost+found"), 0o700))
	must(t, os.Remove(at(7, "file")))
	must(t, os.Symlink("/etc/passwd", at(7, "file")))
	found := damage(t, s,
		"bad record .belljar/record/"+p[6][:32]+".json", "changed "+p[1], "changed "+p[2], "changed "+p[3],
		"tree missing "+p[4], "unrecorded tree "+p[5], "unrecorded tree "+p[6], "changed "+p[7], "stray lost+found")
	want := [][]Change{
		nil, {{"file", "changed", []string{"size", "digest"}}}, {{"file", "changed", []string{"mode"}}},
		{{"extra", "added", nil}, {"file", "removed", nil}}, nil, nil, nil,
		{{"file", "changed", []string{"kind", "mode", "digest", "target"}}}, nil,
	}
	for i, d := range found {
		if i < len(want) && !cmp.Equal(d.Changes, want[i]) {
			t.Errorf("changes of %s: %v, want %v", d.Path, d.Changes, want[i])
		}
	}
}

func TestVerifySome(t *testing.T) {
	s := open(t)
	p := graph(t, s, 2, nil)
	must(t, os.WriteFile(filepath.Join(s.dir, p[1], "file"), []byte("x"), 0o644))
	calls := 0
	found, err := s.Verify(context.Background(), VerifyOptions{
		Paths: []string{p[2]}, Progress: func(done, of int, r *Record) { calls++ },
	})
	if err != nil || len(found) != 1 || found[0].Kind != DamageAction || calls != 1 {
		t.Errorf("%v, %v, %d calls", found, err, calls)
	}
	if _, err := s.Verify(context.Background(), VerifyOptions{Paths: []string{keyOf(9)[:32] + "-x"}}); !errors.Is(err, ErrAbsent) {
		t.Errorf("an output that is not there: %v", err)
	}
}

// A damaged manifest must not vouch for a tree damaged in the same way.
func TestVerifyManifest(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "text")
	name := s.meta("manifest", r.Manifest)
	text, err := os.ReadFile(name)
	must(t, err)
	must(t, os.WriteFile(name, []byte(strings.Replace(string(text), "0644", "0755", 1)), 0o644))
	must(t, os.Chmod(filepath.Join(s.dir, r.Path, "file"), 0o755))
	damage(t, s, "manifest lost "+r.Path, "changed "+r.Path)
}

func TestReplace(t *testing.T) {
	ctx := context.Background()
	for name, spoil := range map[string]func(s *Store, r *Record) error{
		"changed": func(s *Store, r *Record) error {
			return os.WriteFile(filepath.Join(s.dir, r.Path, "file"), []byte("x"), 0o644)
		},
		"missing":   func(s *Store, r *Record) error { return os.RemoveAll(filepath.Join(s.dir, r.Path)) },
		"read-only": func(s *Store, r *Record) error { return os.Chmod(filepath.Join(s.dir, r.Path), 0o500) },
		"file": func(s *Store, r *Record) error {
			return errors.Join(os.RemoveAll(filepath.Join(s.dir, r.Path)), os.WriteFile(filepath.Join(s.dir, r.Path), nil, 0o644))
		},
		"manifest": func(s *Store, r *Record) error { return os.Remove(s.meta("manifest", r.Manifest)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			r := publish(t, s, keyOf(1), "text")
			must(t, spoil(s, r))
			g := stage(t, s, keyOf(1))
			must(t, os.WriteFile(g.Path("out/file"), []byte("other"), 0o644))
			_, err := g.Replace(ctx, PublishOptions{Action: []byte("{}")})
			var different *DifferentError
			if !errors.As(err, &different) || different.Recorded != r.Manifest || different.Built == r.Manifest {
				t.Fatalf("another content: %v", err)
			}
			g = stage(t, s, keyOf(1))
			must(t, os.WriteFile(g.Path("out/file"), []byte("text"), 0o644))
			got, err := g.Replace(ctx, PublishOptions{Action: []byte("{}")})
			must(t, err)
			if !cmp.Equal(got, r) {
				t.Errorf("another record: %v", cmp.Diff(r, got))
			}
			damage(t, s)
		})
	}
}

func TestMendAndDrop(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "text")
	must(t, os.Remove(s.meta("manifest", r.Manifest)))
	lost := damage(t, s, "manifest lost "+r.Path)
	if ok, err := s.Mend(context.Background(), lost[0], nil); err != nil || !ok {
		t.Errorf("mend the manifest: %v, %v", ok, err)
	}
	damage(t, s)
	must(t, os.Remove(s.meta("manifest", r.Manifest)))
	must(t, os.WriteFile(filepath.Join(s.dir, r.Path, "file"), []byte("x"), 0o644))
	if ok, err := s.Mend(context.Background(), lost[0], nil); err != nil || ok {
		t.Errorf("a changed tree vouched for its manifest: %v, %v", ok, err)
	}
	must(t, s.Drop(keyOf(1)[:32]))
	damage(t, s)
	if lookup(t, s, keyOf(1)) {
		t.Error("it is still there")
	}
}

// A collector may delete an output while it is verified.
func TestVerifyDeleted(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "text")
	must(t, os.RemoveAll(filepath.Join(s.dir, r.Path)))
	must(t, os.Remove(s.meta("record", r.Key[:32]+".json")))
	v := &verification{store: s, records: []*Record{r}}
	must(t, v.readAll(context.Background()))
	if len(v.damage) > 0 {
		t.Errorf("damage: %v", v.damage)
	}
}

package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/store"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func key(n int) string { return fmt.Sprintf("%032x%032x", 0xbe11+n, n) }

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

// publish makes an output of a part with one file.
func publish(t *testing.T, s *store.Store, key, part, content string) *store.Record {
	t.Helper()
	g, err := s.NewStaging(key, part+"-1.0")
	must(t, err)
	defer func() { must(t, g.Discard()) }()
	must(t, os.WriteFile(g.Path("out/file"), []byte(content), 0o644))
	r, err := g.Publish(context.Background(), store.PublishOptions{Action: []byte("{}"), Part: part})
	must(t, err)
	return r
}

func TestAgainst(t *testing.T) {
	ours, theirs := openStore(t), openStore(t)
	same, differs := publish(t, ours, key(1), "same", "x\n"), publish(t, ours, key(2), "differs", "at 10:00:00\n")
	other, absent := publish(t, ours, key(3), "other", "x\n"), publish(t, ours, key(4), "absent", "x\n")
	publish(t, theirs, key(1), "same", "x\n")
	their := publish(t, theirs, key(2), "differs", "at 11:00:00\n")
	publish(t, theirs, key(5), "other", "x\n")
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(name, []byte(text), 0o644))
		return name
	}
	row := func(part, key, manifest string) string {
		return fmt.Sprintf(`{"part":%q,"key":%q,"manifest":%q,"version":"1"}`, part, key, manifest)
	}
	rows := strings.Join([]string{row("same", key(1), same.Manifest), row("differs", key(2), their.Manifest), row("other", key(5), other.Manifest)}, ",")
	manifests := filepath.Join(theirs.Dir(), ".belljar", "manifest")
	tests := map[string]struct {
		path string
		want string // results, and the changes of the second
	}{
		"store":         {theirs.Dir(), "equal, differs timestamp text, other inputs, absent"},
		"build --json":  {file(`{"event":"planned"}` + "\n" + `{"event":"done","parts":[` + rows + `]}` + "\n"), "equal, differs, other inputs, absent"},
		"check --json":  {file(`{"checks":[` + rows + `]}`), "equal, differs, other inputs, absent"},
		"a manifest":    {filepath.Join(manifests, their.Manifest), "differs, differs digest, differs, differs"},
		"same manifest": {filepath.Join(manifests, same.Manifest), "equal, differs size, digest, equal, equal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o, err := OpenOther(tt.path)
			must(t, err)
			var got []string
			for _, r := range []*store.Record{same, differs, other, absent} {
				c, err := o.Compare(t.Context(), ours, r.Part, r)
				must(t, err)
				text := c.Result
				if r == differs {
					for _, change := range c.Changes {
						text += " " + change.Cause.Kind
					}
				}
				if c.Changes == nil || (c.Theirs == nil) != (c.Result == Absent) {
					t.Errorf("%+v", c)
				}
				got = append(got, text)
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
		})
	}
}

func TestOpenOtherRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"text": "hello\n", "json": `{"parts":[]}`, "cut": `{"parts":[`, "empty": ""} {
		file := filepath.Join(dir, name)
		must(t, os.WriteFile(file, []byte(text), 0o644))
		if _, err := OpenOther(file); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenOther(dir); !errors.Is(err, store.ErrNoStore) {
		t.Error(err)
	}
	if _, err := OpenOther(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

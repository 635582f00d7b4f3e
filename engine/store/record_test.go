package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLookupRefuses(t *testing.T) {
	k := keyOf(1)
	tests := map[string]struct {
		edit func(text string) string
		want error
	}{
		"other key":      {func(s string) string { return strings.ReplaceAll(s, k, k[:63]+"f") }, ErrCollision},
		"cut off":        {func(s string) string { return s[:len(s)/2] }, ErrDamaged},
		"empty":          {func(string) string { return "" }, ErrDamaged},
		"path elsewhere": {func(s string) string { return strings.ReplaceAll(s, `-demo-1.0"`, `-/../../etc"`) }, ErrDamaged},
		"other name":     {func(s string) string { return strings.ReplaceAll(s, `"demo-1.0"`, `"other"`) }, ErrDamaged},
		"no key":         {func(s string) string { return strings.ReplaceAll(s, k, "") }, ErrDamaged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			publish(t, s, k, "x")
			edit(t, s.meta("record", k[:32]+".json"), tt.edit)
			if _, ok, err := s.Lookup(k); ok || !errors.Is(err, tt.want) {
				t.Errorf("found %v, error %v, want %v", ok, err, tt.want)
			}
		})
	}
}

func edit(t *testing.T, path string, f func(string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	changed := f(string(text))
	if changed == string(text) {
		t.Fatal("the edit changed nothing")
	}
	must(t, os.WriteFile(path, []byte(changed), 0o644))
}

func TestLookupVersion(t *testing.T) {
	s := open(t)
	publish(t, s, keyOf(1), "x")
	edit(t, s.meta("record", keyOf(1)[:32]+".json"), func(text string) string {
		return strings.Replace(text, `"version": 1`, `"version": 2`, 1)
	})
	if _, ok, err := s.Lookup(keyOf(1)); ok || err == nil {
		t.Error("a record of the future was taken")
	}
}

func TestLookupOddTree(t *testing.T) {
	s := open(t)
	r := publish(t, s, keyOf(1), "x")
	tree := filepath.Join(s.dir, r.Path)
	must(t, RemoveTree(tree))
	must(t, os.Symlink("/", tree))
	if _, ok, err := s.Lookup(keyOf(1)); ok || !errors.Is(err, ErrDamaged) {
		t.Errorf("a link was taken for an output: %v, %v", ok, err)
	}
	for _, k := range []string{"", "abc", strings.Repeat("G", 64), "../" + keyOf(1)[3:]} {
		if _, _, err := s.Lookup(k); !errors.Is(err, ErrKey) {
			t.Errorf("looking up %q: %v, want ErrKey", k, err)
		}
	}
}

func TestClosure(t *testing.T) {
	s := open(t)
	base := publish(t, s, keyOf(1), keyOf(1)[:32]) // refers to itself
	left := publish(t, s, keyOf(2), base.Path, base.Path)
	right := publish(t, s, keyOf(3), base.Path, base.Path)
	top := publish(t, s, keyOf(4), left.Path+right.Path, left.Path, right.Path, base.Path)
	other := publish(t, s, keyOf(5), "nothing")
	tests := map[string]struct{ roots, want []*Record }{
		"nothing":    {nil, nil},
		"one":        {[]*Record{other}, []*Record{other}},
		"itself":     {[]*Record{base}, []*Record{base}},
		"diamond":    {[]*Record{top}, []*Record{base, left, right, top}},
		"two, twice": {[]*Record{other, right, other}, []*Record{base, right, other}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := s.Closure(paths(tt.roots))
			want := paths(tt.want)
			slices.Sort(want)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("closure is %q, %v, want %q", got, err, want)
			}
		})
	}
	for path, want := range map[string]error{
		keyOf(9)[:32] + "-demo-1.0": ErrAbsent,
		base.Path[:32] + "-other":   ErrAbsent,
		"../../etc":                 ErrPath,
	} {
		if _, err := s.Closure([]string{path}); !errors.Is(err, want) {
			t.Errorf("closure of %q: %v, want %v", path, err, want)
		}
	}
}

func paths(records []*Record) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.Path)
	}
	return all
}

func TestDefaultDir(t *testing.T) {
	tests := map[string]struct{ data, home, want string }{
		"xdg":          {"/data", "/home/me", "/data/belljar/store"},
		"home":         {"", "/home/me", "/home/me/.local/share/belljar/store"},
		"xdg relative": {"data", "/home/me", "/home/me/.local/share/belljar/store"},
		"no home":      {"", "", Logical},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("XDG_DATA_HOME", tt.data)
			t.Setenv("HOME", tt.home)
			want := tt.want
			if os.Geteuid() == 0 {
				want = Logical
			}
			if got := DefaultDir(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

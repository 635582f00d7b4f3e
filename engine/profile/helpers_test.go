package profile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// project makes a folder of profiles and enters it. The text is in the form
// "-- name --" followed by the file; text before the first mark is buildout.cfg.
func project(t *testing.T, text string) (dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	name, body := "buildout.cfg", []string{}
	write := func() {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Join(body, "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		if mark, ok := strings.CutPrefix(line, "-- "); ok {
			if len(body) > 0 {
				write()
			}
			name, body = strings.TrimSuffix(mark, " --"), nil
			continue
		}
		body = append(body, line)
	}
	write()
	t.Chdir(dir)
	return dir
}

func load(t *testing.T, text string, overrides ...string) *Profile {
	t.Helper()
	project(t, text)
	p, err := Load("buildout.cfg", LoadOptions{Overrides: parseAll(t, overrides)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func loadError(t *testing.T, text string) error {
	t.Helper()
	project(t, text)
	_, err := Load("buildout.cfg", LoadOptions{})
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func parseAll(t *testing.T, args []string) (overrides []Override) {
	t.Helper()
	for _, arg := range args {
		o, ok, err := ParseOverride(arg)
		if err != nil || !ok {
			t.Fatalf("%s: %v, %v", arg, ok, err)
		}
		overrides = append(overrides, o)
	}
	return overrides
}

func raw(t *testing.T, p *Profile, section, option string) string {
	t.Helper()
	o, ok, err := p.Raw(section, option)
	if err != nil || !ok {
		t.Fatalf("%s:%s: %v, %v", section, option, ok, err)
	}
	return o.Value
}

func mustValue(t *testing.T, p *Profile, section, option string) string {
	t.Helper()
	v, ok, err := p.Value(section, option)
	if err != nil || !ok {
		t.Fatalf("%s:%s: %v, %v", section, option, ok, err)
	}
	return v
}

// wants checks an error's first line, its hint and its cause; "" and nil for
// what does not matter.
func wants(t *testing.T, err error, line, hint string, cause error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if first, _, _ := strings.Cut(err.Error(), "\n"); first != line {
		t.Errorf("error\n got  %s\n want %s", first, line)
	}
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error", err)
	}
	if hint != "" && e.Hint != hint {
		t.Errorf("hint\n got  %s\n want %s", e.Hint, hint)
	}
	if cause != nil && !errors.Is(err, cause) {
		t.Errorf("error %v is not %v", err, cause)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

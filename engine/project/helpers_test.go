package project

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"belljar.build/engine/lock"
)

// folder writes files into a fresh folder and enters it.
func folder(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for name, text := range files {
		write(t, name, text)
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// open opens buildout.cfg with a cache of the test's own.
func open(t *testing.T, c Config) *Project {
	t.Helper()
	p, err := tryOpen(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryOpen(t *testing.T, c Config) (*Project, error) {
	t.Helper()
	if c.Cache == "" {
		c.Cache = t.TempDir()
	}
	return Open(t.Context(), c)
}

// entries are what the lock in the current folder says.
func entries(t *testing.T) map[string]lock.Entry {
	t.Helper()
	text, err := os.ReadFile(LockName)
	if err != nil {
		t.Fatal(err)
	}
	var l struct {
		Sources map[string]lock.Entry
	}
	if err := json.Unmarshal(text, &l); err != nil {
		t.Fatal(err)
	}
	return l.Sources
}

func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

package project

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"belljar.build/engine/lock"
	"belljar.build/engine/profile"
)

func TestOpenErrors(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string
		is    error
	}{
		{"no profile", nil, `buildout.cfg: read "buildout.cfg": no such file or directory`, fs.ErrNotExist},
		{"no profile text", map[string]string{"buildout.cfg": "x"}, "buildout.cfg:1: text before any section header", profile.ErrSyntax},
		{"bad lock", map[string]string{"buildout.cfg": "[buildout]", LockName: "{"}, "belljar.lock:1:2: ", lock.ErrMalformed},
		{"offline", map[string]string{"buildout.cfg": "[buildout]\noffline = yes"}, `buildout.cfg:2: offline: "yes" is neither true nor false`, nil},
		{"mirrors", map[string]string{"buildout.cfg": "[buildout]\nmirrors =\n  a https://h/\n  b"}, `buildout.cfg:2: mirrors: "b" is no mirror`, nil},
		{"reference", map[string]string{"buildout.cfg": "[buildout]\nallow-hosts = ${none:x}"}, "buildout.cfg:2: unknown section [none]", profile.ErrUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder(t, tt.files)
			_, err := tryOpen(t, Config{})
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Fatalf("error %v, want %s", err, tt.want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("%v is not %v", err, tt.is)
			}
		})
	}
}

func TestBooleans(t *testing.T) {
	for text, want := range map[string]bool{"true": true, "false": false, "  true  ": true} {
		folder(t, map[string]string{"buildout.cfg": "[buildout]\noffline = " + text})
		got, err := open(t, Config{}).Profile.Bool("offline")
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	folder(t, map[string]string{"buildout.cfg": "[buildout]\n"})
	if got, err := open(t, Config{}).Profile.Bool("nothing"); got || err != nil {
		t.Errorf("not set: %v, %v", got, err)
	}
}

func TestParts(t *testing.T) {
	folder(t, map[string]string{"buildout.cfg": "[buildout]\nrecipe = x\n[b]\nrecipe = r\n[env]\nA = 1\n[a]\n<= b\n[none]\nrecipe ="})
	names, err := open(t, Config{}).Parts()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "parts", strings.Join(names, " "), "b a")
}

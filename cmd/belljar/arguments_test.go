package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

func TestBuildoutArgs(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", ""},
		{"build zlib", "build zlib"},
		{"x:y=1", "x:y=1"},
		{"x:y=1 build zlib", "build x:y=1 zlib"},
		{"x:y=1 z=2 build", "build x:y=1 z=2"},
		{"x:y=1 zlib", "zlib x:y=1"},
		{"-c f.cfg x:y=1 build", "-c f.cfg build x:y=1"},
		{"x:y=1 -c f.cfg build", "-c f.cfg build x:y=1"},
		{"-c a=b.cfg build", "-c a=b.cfg build"}, // a value, not a setting
		{"--config a=b.cfg x=1 build", "--config a=b.cfg build x=1"},
		{"--config=a.cfg x=1 build", "--config=a.cfg build x=1"},
		{"--store /s x=1 build", "--store /s build x=1"},
		{"-vc f.cfg x=1 build", "-vc f.cfg build x=1"},
		{"-cf.cfg x=1 build", "-cf.cfg build x=1"},
		{"-j 2 x=1 build", "-j 2 build x=1"},
		{"-j2 x=1 build", "-j2 build x=1"},
		{"-v x=1 build", "-v build x=1"},
		{"build x=1 -v zlib", "build x=1 -v zlib"},
		{"x=1 run zlib -- env A=1", "run x=1 zlib -- env A=1"},
		{"run zlib -- env A=1 -c", "run zlib -- env A=1 -c"},
		{"x=1 -- y=2", "x=1 -- y=2"},
		{"- x=1 build", "- build x=1"},
		{"-o build", "build buildout:offline=true"},
		{"-O offline=true -o build zlib", "build buildout:offline=false offline=true buildout:offline=true zlib"},
		{"build -voN zlib", "build buildout:offline=true buildout:newest=false -v zlib"},
		{"-oc f.cfg build", "-c f.cfg build buildout:offline=true"},
		{"-ocf.cfg build", "-cf.cfg build buildout:offline=true"},
		{"-c -o build", "-c -o build"}, // a file of that name
		{"-t 5 build", "build buildout:socket-timeout=5"},
		{"-vt5 build", "-v build buildout:socket-timeout=5"},
		{"--timeout=5 --no-newest --offline=no build", "--offline=no build buildout:socket-timeout=5 buildout:newest=false"},
		{"run x -- -o", "run x -- -o"},
	} {
		equal(t, tt.args, strings.Join(buildoutArgs(strings.Fields(tt.args)), " "), tt.want)
	}
}

func TestSplit(t *testing.T) {
	parts, overrides, err := split([]string{"zlib", "x:y=1", "z+=2 3", "c++lib", "a:b-=c=d"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "parts", strings.Join(parts, " "), "zlib c++lib")
	equal(t, "overrides", fmt.Sprint(overrides), "[{x y = 1} {buildout z += 2 3} {a b -= c=d}]")
	for _, bad := range []string{"=1", "a:b:c=1", ":x=1"} {
		if _, _, err := split([]string{bad}); !errors.Is(err, errUsage) {
			t.Errorf("%s: error %v", bad, err)
		}
	}
	if parts, _, _ := split(nil); parts != nil {
		t.Error("no words must mean the profile's parts")
	}
}

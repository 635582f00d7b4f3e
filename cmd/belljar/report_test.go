package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/build"
	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
	"belljar.build/engine/project"
	"belljar.build/engine/recipe"
	"belljar.build/sandbox"
)

func TestReport(t *testing.T) {
	at := profile.Position{File: "a.cfg", Line: 3}
	placed := &profile.Error{Position: at, Msg: "wrong", Hint: "mend it"}
	request := fetch.Request{URL: "https://h/x.tar", Position: "a.cfg:5"}
	mismatch := &fetch.Mismatch{Want: fetch.Digest{Algorithm: "md5", Hex: "aa"}, By: "profile", Got: "bb", From: "https://h/x.tar"}
	tests := []struct {
		name string
		err  error
		code int
		want string
	}{
		{"none", nil, 0, ""},
		{"any", errors.New("write x: no space"), 1, "belljar: error: write x: no space\n"},
		{"profile", placed, 2, "a.cfg:3: wrong\nbelljar: hint: mend it\n"},
		{"profile, wrapped", fmt.Errorf("plan: %w", placed), 2, "belljar: error: plan: a.cfg:3: wrong\nbelljar: hint: mend it\n"},
		{"profile without a place", &profile.Error{Msg: "wrong"}, 2, "belljar: error: wrong\n"},
		{
			"several, one hint", profile.Errors{placed, {Position: profile.Position{File: "a.cfg", Line: 4}, Msg: "also", Hint: "mend it"}}, 2,
			"a.cfg:3: wrong\na.cfg:4: also\nbelljar: hint: mend it\n",
		},
		{"usage", fmt.Errorf("%w: no", errUsage), 2, "belljar: error: bad usage: no\nbelljar: hint: belljar --help lists commands and options\n"},
		{"hint", &hinted{fmt.Errorf("%w: no", errUsage), "try"}, 2, "belljar: error: bad usage: no\nbelljar: hint: try\nbelljar: hint: belljar --help lists commands and options\n"},
		{"empty hint", &hinted{errors.New("no"), ""}, 1, "belljar: error: no\n"},
		{"not built", fmt.Errorf("belljar gc: %w", errNotBuilt), 2, "belljar: error: belljar gc: not built yet\n"},
		{"lock", fmt.Errorf("belljar.lock:1:1: %w: x", lock.ErrMalformed), 2, "belljar.lock:1:1: lock malformed: x\n"},
		{"lock version", fmt.Errorf("belljar.lock:1:1: %w: x", lock.ErrVersion), 2, "belljar.lock:1:1: lock version unknown: x\n"},
		{
			"not locked", fmt.Errorf("a.cfg:5: x.tar: %w", project.ErrNotLocked), 2,
			"a.cfg:5: x.tar: not in the lock\nbelljar: hint: run belljar lock, look at what changed in belljar.lock, and commit it\n",
		},
		{
			"fetch", errors.Join(&fetch.Error{Request: request, Attempts: []fetch.Attempt{{Place: "https://h/x.tar", Err: fetch.ErrNotFound}}}), 4,
			"a.cfg:5: fetch https://h/x.tar: not found\n",
		},
		{
			"mismatch", &fetch.Error{Request: request, Attempts: []fetch.Attempt{{Place: "https://h/x.tar", Err: mismatch}}}, 4,
			"a.cfg:5: fetch https://h/x.tar: hash mismatch: expected md5 aa (profile), got bb (from https://h/x.tar)\n" +
				"belljar: hint: if the new file is right, correct the checksum in the profile, or delete its entry in belljar.lock\n",
		},
		{"interrupted", fmt.Errorf("build x: %w", context.Canceled), 1, "belljar: interrupted: nothing unfinished was kept\n"},
		{"a command's exit code", fmt.Errorf("x: %w", &ended{7}), 7, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			equal(t, "exit code", report(&said, tt.err), tt.code)
			equal(t, "text", said.String(), tt.want)
		})
	}
}

func TestReportOfAMachineThatCannotSandbox(t *testing.T) {
	var said bytes.Buffer
	equal(t, "exit code", report(&said, fmt.Errorf("build x: %w", sandbox.ErrUnsupported)), exitUnsupported)
	if !strings.HasPrefix(said.String(), "belljar: error: build x: ") || !strings.Contains(said.String(), "\nbelljar: hint: ") {
		t.Errorf("text %s", said.String())
	}
}

func TestReportOfAFailedBuild(t *testing.T) {
	node := &plan.Node{
		Part: "x", Position: profile.Position{File: "a.cfg", Line: 3},
		Draft: recipe.Draft{
			Action:  &action.Action{Name: "x-1"},
			Sources: []fetch.Request{{Name: "x.tar", Position: "a.cfg:5"}},
		},
	}
	tests := []struct {
		name    string
		failure build.Failure
		want    string
	}{
		{
			"part", build.Failure{Node: node, Phase: "make", Message: "exit status 2", Tail: []string{"one", "two"}, Log: "/s/log/x", Kept: "/s/failed/x"},
			"  | one\n  | two\na.cfg:3: part x failed in make: exit status 2\nbelljar: hint: the whole log: /s/log/x\nbelljar: hint: the work folder is kept: /s/failed/x\nbelljar: hint: belljar shell --failed x opens it in its sandbox\n",
		},
		{
			"source", build.Failure{Node: node, Phase: "unpack", Message: "x.tar: no archive", Source: "x.tar", Log: "/s/log/x"},
			"a.cfg:5: part x failed in unpack: x.tar: no archive\nbelljar: hint: the whole log: /s/log/x\n",
		},
		{
			"toolchain", build.Failure{Node: &plan.Node{Draft: recipe.Draft{Action: &action.Action{Name: "base-debian-11"}}}, Phase: "import", Message: "bad", Log: "/s/log/x"},
			"belljar: error: base-debian-11 failed in import: bad\nbelljar: hint: the whole log: /s/log/x\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			all := &build.Failures{All: []*build.Failure{&tt.failure}, Also: []error{io.ErrShortWrite}}
			equal(t, "exit code", report(&said, errors.Join(all, os.ErrInvalid)), exitFailed)
			equal(t, "text", said.String(), tt.want+"belljar: error: short write\nbelljar: error: invalid argument\n")
		})
	}
}

func TestReportOfSeveralFailures(t *testing.T) {
	node := func(name string, line int) *plan.Node {
		return &plan.Node{Part: name, Position: profile.Position{File: "a.cfg", Line: line}, Draft: recipe.Draft{Action: &action.Action{Name: name}}}
	}
	var said bytes.Buffer
	equal(t, "exit code", report(&said, &build.Failures{
		All: []*build.Failure{
			{Node: node("x", 3), Phase: "make", Message: "exit status 2", Log: "/x", Blocked: []*plan.Node{node("y", 5), node("z", 6)}},
			{Node: node("w", 4), Phase: "limit", Message: "too long", Log: "/w"},
		},
		Left: []*plan.Node{node("v", 7)},
	}), exitFailed)
	equal(t, "text", said.String(), `a.cfg:3: part x failed in make: exit status 2
belljar: hint: the whole log: /x
a.cfg:4: part w failed in limit: too long
belljar: hint: the whole log: /w

2 builds failed:
  a.cfg:3: x, in make
    not built, for want of it: y, z
  a.cfg:4: w, in limit
not started after the failure: v
belljar: hint: --keep-going builds all that can be built
`)
}

func TestExitStatus(t *testing.T) {
	for script, want := range map[string]int{"exit 7": 7, "kill -TERM $$": 143} {
		err := exec.Command("/bin/sh", "-c", script).Run()
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		equal(t, script, exitStatus(exit), want)
	}
}

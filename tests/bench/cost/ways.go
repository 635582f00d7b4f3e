package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/step"
	"belljar.build/rootfs"
	"belljar.build/sandbox"
	"belljar.build/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// innerCommand is this program inside bubblewrap's root, where it becomes the
// shell, under the policy or not.
const innerCommand = "inner"

func inner(args []string) error {
	if args[0] == "policy" {
		policy := seccomp.Policy()
		for i, rule := range policy.Syscalls {
			if rule.Action == specs.ActNotify {
				policy.Syscalls[i].Action = specs.ActAllow
			}
		}
		program, err := seccomp.Compile(policy)
		if err != nil {
			return err
		}
		if err := seccomp.Try(program); err != nil {
			return err
		}
	}
	cmd := exec.Command("/tc/bin/sh", "-e", "-c", script)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	// bubblewrap does not wait for its own: who runs the shell counts.
	fmt.Println(int64(children()))
	os.Exit(0)
	return nil
}

func bubblewrap(policy bool) func(context.Context, options, string) (time.Duration, error) {
	return func(_ context.Context, o options, dir string) (time.Duration, error) {
		self, err := os.Executable()
		if err != nil {
			return 0, err
		}
		args := []string{
			"--unshare-user", "--uid", "1000", "--gid", "1000", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
			"--unshare-net", "--unshare-cgroup", "--clearenv", "--setenv", "PATH", "/tc/bin", "--new-session",
			"--die-with-parent", "--cap-drop", "ALL", "--ro-bind", o.tools, "/tc", "--ro-bind", self, "/inner",
			"--bind", dir + "/build", step.WorkDir, "--bind", dir + "/tmp", "/tmp",
			"--symlink", "/tc/bin/sh", "/bin/sh", "--proc", "/proc", "--dev", "/dev", "--chdir", step.WorkDir,
		}
		for _, name := range []string{"lib", "lib64", "usr"} {
			args = append(args, "--ro-bind", filepath.Join(o.base, name), "/"+name)
		}
		how := "plain"
		if policy {
			how = "policy"
		}
		cmd := exec.Command("bwrap", append(args, "/inner", innerCommand, how)...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return 0, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		return time.Duration(n), err
	}
}

func belljar(observed bool) func(context.Context, options, string) (time.Duration, error) {
	return func(ctx context.Context, o options, dir string) (time.Duration, error) {
		before := children()
		err := runBelljar(ctx, o, dir, observed)
		return children() - before, err
	}
}

// runBelljar starts a supervisor and ends it, so that all of its CPU time
// counts.
func runBelljar(ctx context.Context, o options, dir string, observed bool) (err error) {
	s, err := sandbox.Start(dir + "/scratch")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	spec, err := specOf(o, dir, observed)
	if err != nil {
		return err
	}
	output, err := os.Create(dir + "/log")
	if err != nil {
		return err
	}
	defer output.Close()
	observations, err := os.Create(dir + "/observations")
	if err != nil {
		return err
	}
	defer observations.Close()
	result, err := s.Run(ctx, spec, sandbox.Files{Output: output, Observations: observations})
	if err != nil {
		return err
	}
	var report step.Report
	if err := json.Unmarshal(result.Status, &report); err != nil {
		return err
	}
	if report.Failure != nil {
		text, _ := os.ReadFile(dir + "/log")
		return fmt.Errorf("in the sandbox: %s\n%s", report.Failure.Message, text)
	}
	return nil
}

func specOf(o options, dir string, observed bool) (sandbox.Spec, error) {
	root := rootfs.Minimal()
	root.AddBase(o.base)
	root.AddTools(o.tools)
	out := rootfs.Logical + "/00000000000000000000000000000000-out"
	root.Binds = append(root.Binds,
		// As root the tree was unpacked by root: shown as the build's.
		rootfs.Bind{Source: dir + "/build", Target: step.WorkDir, Writable: true, Mapped: true},
		rootfs.Bind{Source: dir + "/tmp", Target: "/tmp", Writable: true},
		rootfs.Bind{Source: dir + "/out", Target: out, Writable: true},
	)
	task, err := json.Marshal(step.Order{
		Action: &action.Action{
			Env:   map[string]string{"PATH": "/tc/bin"},
			Steps: []action.Step{{Run: &action.Run{Phase: "dash", Script: script}}},
		},
		Output: out, Jobs: 1,
	})
	return sandbox.Spec{
		Root: root, Task: task, Work: dir + "/root", Owned: []string{dir + "/tmp", dir + "/out"}, Observe: observed,
	}, err
}

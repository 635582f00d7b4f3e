package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"belljar.build/engine/action"
	"belljar.build/engine/step"
	"belljar.build/rootfs"
	"belljar.build/sandbox"
)

// maxDeps is the largest number of dependencies that is measured.
const maxDeps = 200

// view is what both kinds of sandbox show.
type view struct {
	options
	scratch, work, build, tmp, out string

	deps []string
}

func newView(o options) (*view, error) {
	v := &view{options: o}
	for _, f := range []struct {
		path *string
		name string
	}{{&v.scratch, "scratch"}, {&v.work, "root"}, {&v.build, "build"}, {&v.tmp, "tmp"}, {&v.out, "out"}} {
		*f.path = filepath.Join(o.dir, f.name)
		if err := os.Mkdir(*f.path, 0o755); err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
	}
	for i := range maxDeps {
		dep := filepath.Join(o.dir, fmt.Sprintf("dep-%03d", i))
		if err := os.MkdirAll(dep+"/lib", 0o755); err != nil {
			return nil, fmt.Errorf("make a dependency: %w", err)
		}
		v.deps = append(v.deps, dep)
	}
	return v, nil
}

func logical(path string) string { return rootfs.Logical + "/" + filepath.Base(path) }

// sandbox runs one of belljar's and waits for its end.
func (v *view) sandbox(ctx context.Context, s *sandbox.Supervisor, deps int) (err error) {
	root := rootfs.Minimal()
	root.AddBase(v.base)
	root.AddTools(v.tools)
	for _, dep := range v.deps[:deps] {
		root.Binds = append(root.Binds, rootfs.Bind{Source: dep, Target: logical(dep)})
	}
	root.Binds = append(root.Binds,
		rootfs.Bind{Source: v.build, Target: step.WorkDir, Writable: true},
		rootfs.Bind{Source: v.tmp, Target: "/tmp", Writable: true},
		rootfs.Bind{Source: v.out, Target: logical(v.out), Writable: true},
	)
	task, err := json.Marshal(step.Order{
		Action: &action.Action{
			Env:   map[string]string{"PATH": "/tc/bin"},
			Steps: []action.Step{{Run: &action.Run{Phase: "start", Script: "true"}}},
		},
		Output: logical(v.out), Jobs: 1,
	})
	if err != nil {
		return fmt.Errorf("encode order: %w", err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, null.Close()) }()
	spec := sandbox.Spec{Root: root, Task: task, Work: v.work, Owned: []string{v.build, v.tmp, v.out}}
	result, err := s.Run(ctx, spec, sandbox.Files{Output: null})
	if err != nil {
		return err
	}
	var report step.Report
	if err := json.Unmarshal(result.Status, &report); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	if report.Failure != nil {
		return errors.New("in the sandbox: " + report.Failure.Message)
	}
	return nil
}

// bubblewrap gives bwrap's arguments for the same view and the same command.
// It has no time namespace, no nested user namespace and fewer files in /etc.
func (v *view) bubblewrap(deps int) []string {
	args := []string{
		"--unshare-user", "--uid", "1000", "--gid", "1000", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
		"--unshare-net", "--unshare-cgroup", "--hostname", "localhost", "--clearenv", "--setenv", "PATH", "/tc/bin",
		"--new-session", "--die-with-parent", "--cap-drop", "ALL",
	}
	show := func(source, target string) { args = append(args, "--ro-bind", source, target) }
	for _, dir := range []string{"lib", "lib64", "usr"} {
		show(v.base+"/"+dir, "/"+dir)
	}
	show(v.tools, "/tc")
	for _, dep := range v.deps[:deps] {
		show(dep, logical(dep))
	}
	return append(args, "--bind", v.build, step.WorkDir, "--bind", v.tmp, "/tmp", "--bind", v.out, logical(v.out),
		"--symlink", "/tc/bin/sh", "/bin/sh", "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/",
		"--chdir", step.WorkDir, "/tc/bin/sh", "-e", "-c", "true")
}

package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
	"belljar.build/sandbox/view"
)

// Feature is something of the kernel that a sandbox is made of.
type Feature struct {
	// Name is what the field calls it, for example "time namespace".
	Name string `json:"name"`
	// Needed says that no sandbox is made without it; the others only make
	// something better, which Why tells.
	Needed bool   `json:"needed"`
	Why    string `json:"why"`
	// Error is empty when this machine has it.
	Error string `json:"error,omitempty"`
	// Untried is set instead when what it needs is missing.
	Untried bool `json:"untried,omitempty"`
	// State sums up: "ok", "missing" (and needed), "absent" (and not), "untried".
	State string `json:"state"`
	// Fix is what to do when it has not.
	Fix string `json:"fix,omitempty"`
}

// Present tells whether this machine has the feature.
func (f Feature) Present() bool { return f.Error == "" && !f.Untried }

// Examine tries each feature that a sandbox needs, and at last a sandbox, with
// the caller's rights. folder is an existing one of the caller's own, where
// the store is or will be.
func Examine(ctx context.Context, folder string) []Feature {
	all := []Feature{{Name: "Linux 5.12 or later", Needed: true, Why: "the mounts and namespaces that follow; older ones refuse an ordinary user the nested namespace"}}
	if release := kernelRelease(); tooOld(release) {
		all[0].Error, all[0].Fix = "this is "+release, "install a newer kernel"
	}
	tried := map[string]string{}
	for _, flags := range outerNamespaces() {
		if err := probe(flags, folder, tried); err != nil {
			tried[nameOf(flags)] = err.Error()
			break // what follows needs it
		}
	}
	for _, p := range probes() {
		f := Feature{Name: p.name, Needed: p.needed, Why: p.why}
		text, done := tried[p.name]
		if f.Error, f.Untried = text, !done; text != "" {
			f.Fix = fixFor(p)
		}
		all = append(all, f)
	}
	all = append(all, whole(ctx, folder))
	for i := range all {
		all[i].State = all[i].state()
	}
	return all
}

func (f Feature) state() string {
	switch {
	case f.Untried:
		return "untried"
	case f.Present():
		return "ok"
	case f.Needed:
		return "missing"
	}
	return "absent"
}

// fixFor prefers the setting of this machine that forbids it.
func fixFor(p probed) string {
	for _, s := range settings() {
		if text, err := os.ReadFile(filepath.Join("/proc/sys", s.file)); err == nil && s.forbids(p.name, strings.TrimSpace(string(text))) {
			return s.hint
		}
	}
	return p.fix
}

// outerNamespaces are asked for one after the other, so that the first that is
// refused is known. Real root makes no user namespace.
func outerNamespaces() []uintptr {
	user := uintptr(0)
	if !hasBuildUIDs() {
		user = unix.CLONE_NEWUSER
	}
	return []uintptr{user, user | unix.CLONE_NEWNS, user | unix.CLONE_NEWNS | unix.CLONE_NEWPID}
}

func nameOf(flags uintptr) string {
	switch {
	case flags&unix.CLONE_NEWPID != 0:
		return pidNamespace
	case flags&unix.CLONE_NEWNS != 0:
		return mountNamespace
	}
	return userNamespace
}

// probe starts this program in new namespaces; in the last of them it tries
// the rest and its answers go into tried.
func probe(flags uintptr, folder string, tried map[string]string) error {
	attr := supervisorAttr(os.Geteuid(), os.Getegid())
	attr.Cloneflags = flags
	if flags&unix.CLONE_NEWUSER == 0 {
		attr.UidMappings, attr.GidMappings = nil, nil
	}
	var out bytes.Buffer
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{"belljar"}, Stdout: &out,
		Env: []string{roleVar + "=" + roleProbe, scratchVar + "=" + folder}, SysProcAttr: attr,
	}
	if flags&unix.CLONE_NEWPID == 0 {
		cmd.Env = append(cmd.Env, onlyStartVar+"=1")
	}
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Errorf("the probe ended with %w", err)
		}
		var errno syscall.Errno
		if errors.As(err, &errno) {
			return errno
		}
		return err
	}
	tried[nameOf(flags)] = ""
	if out.Len() == 0 {
		return nil
	}
	return json.Unmarshal(out.Bytes(), &tried)
}

// whole makes a sandbox with nothing in it.
func whole(ctx context.Context, folder string) Feature {
	f := Feature{Name: "a whole sandbox", Needed: true, Why: "all of the above at once"}
	if err := tryWhole(ctx, folder); err != nil {
		f.Error, f.Fix = err.Error(), Hint()
	}
	return f
}

func tryWhole(ctx context.Context, folder string) (err error) {
	dir, err := os.MkdirTemp(folder, "doctor-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, name := range []string{"scratch", "root"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			return fmt.Errorf("make a folder: %w", err)
		}
	}
	s, err := Start(filepath.Join(dir, "scratch"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer null.Close()
	result, err := s.Run(ctx, Spec{Root: rootfs.Minimal(), Work: filepath.Join(dir, "root")}, Files{Output: null})
	if err != nil {
		return err
	}
	// The answer takes the filter, its listener, and the right to write into
	// the memory of who asked.
	if want := strconv.Quote(view.Release); strings.TrimSpace(string(result.Status)) != want {
		return fmt.Errorf("uname inside says %s, not %s: the supervisor's answer does not get there", result.Status, want)
	}
	return nil
}

package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	_ "github.com/opencontainers/cgroups/devices" // libcontainer refuses device rules without it
	"github.com/opencontainers/runc/libcontainer"
	"github.com/opencontainers/runc/libcontainer/configs"
	"github.com/opencontainers/runc/libcontainer/specconv"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"belljar.build/sandbox/view"
)

// container is one sandbox in libcontainer's hands.
type container struct {
	id    string
	state string // libcontainer's state folder
	root  string // the composed tree
	uid   int    // host uid of the build
	tty   bool   // with a devpts

	network *os.File // its network namespace
	program []byte   // the system call policy
	limits  Limits
	view    view.View
	groups  string // where cgroups can be made

	c   *libcontainer.Container
	p   *libcontainer.Process
	pid int // of its PID 1, here
	// listener receives the seccomp listener from inside.
	listener *os.File
}

// spec is the sandbox as an OCI runtime-spec value.
func (c *container) spec() *specs.Spec {
	s := &specs.Spec{
		Version: specs.Version,
		// Read-only, nosuid and nodev already; libcontainer's remount would
		// lose the last two.
		Root:       &specs.Root{Path: c.root},
		Hostname:   cmp.Or(c.view.Host, view.Host),
		Domainname: cmp.Or(c.view.Domain, view.Domain),
		Mounts: []specs.Mount{
			// Processes alone, and of them the build's: what else stands in
			// /proc tells of the machine, its load and its secrets, and PID 1
			// and the executor are not for builds to set. One mount instead
			// of sixty masks.
			{Destination: "/proc", Type: "proc", Source: "proc", Options: []string{"nosuid", "noexec", "nodev", "subset=pid", "hidepid=ptraceable"}},
			// /dev is composed already; libcontainer leaves a bind alone.
			{Destination: "/dev", Type: "bind", Source: c.root + "/dev", Options: []string{"rbind"}},
		},
		Linux: &specs.Linux{
			RootfsPropagation: "rprivate",
			TimeOffsets:       sinceBoot(),
			Resources:         &specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{Allow: true, Access: "rwm"}}},
		},
	}
	if c.tty {
		s.Mounts = append(s.Mounts, specs.Mount{
			Destination: "/dev/pts", Type: "devpts", Source: "devpts",
			Options: []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"},
		})
	}
	for _, ns := range []specs.LinuxNamespaceType{
		specs.MountNamespace, specs.PIDNamespace, specs.IPCNamespace, specs.UTSNamespace,
		specs.CgroupNamespace, specs.TimeNamespace,
	} {
		s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: ns})
	}
	s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{
		Type: specs.NetworkNamespace, Path: fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), c.network.Fd()),
	})
	return s
}

// sinceBoot lets the clocks that run since the machine was started begin with
// the sandbox.
func sinceBoot() map[string]specs.LinuxTimeOffset {
	offsets := map[string]specs.LinuxTimeOffset{}
	for name, clock := range map[string]int32{"monotonic": unix.CLOCK_MONOTONIC, "boottime": unix.CLOCK_BOOTTIME} {
		var now unix.Timespec
		if unix.ClockGettime(clock, &now) == nil {
			offsets[name] = specs.LinuxTimeOffset{Secs: 1 - now.Sec}
		}
	}
	return offsets
}

func (c *container) config() (*configs.Config, error) {
	cfg, err := specconv.CreateLibcontainerConfig(&specconv.CreateOpts{
		// The cgroup is named but never made: /sys/fs/cgroup is read-only
		// in the supervisor's view, which a rootless container tolerates.
		Spec: c.spec(), CgroupName: c.id, NoNewKeyring: true, RootlessCgroups: true,
	})
	if err != nil {
		return nil, fmt.Errorf("convert the sandbox's spec: %w", err)
	}
	cfg.Devices = nil // /dev is a bind of our own
	return cfg, nil
}

// start reports whether the sandbox runs, even when it also reports an error.
func (c *container) start(files []*os.File) (bool, error) {
	cfg, err := c.config()
	if err != nil {
		return false, err
	}
	c.c, err = libcontainer.Create(c.state, c.id, cfg)
	if err != nil {
		return false, fmt.Errorf("create the sandbox: %w", err)
	}
	exe, err := os.Open("/proc/self/exe")
	if err != nil {
		return false, errors.Join(fmt.Errorf("open the program: %w", err), c.c.Destroy())
	}
	defer exe.Close()
	ours, theirs, err := socketpair(unix.SOCK_SEQPACKET)
	if err != nil {
		return false, errors.Join(err, c.c.Destroy())
	}
	defer theirs.Close()
	c.listener = ours
	if err := unix.SetsockoptInt(int(ours.Fd()), unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		return false, errors.Join(fmt.Errorf("ask for the executor's pid: %w", err), ours.Close(), c.c.Destroy())
	}
	if _, err := unix.Write(int(ours.Fd()), c.program); err != nil {
		return false, errors.Join(fmt.Errorf("send the system call policy: %w", err), ours.Close(), c.c.Destroy())
	}
	var sources []*os.File
	defer func() { closeAll(sources) }()
	for _, f := range files[msgSources:] {
		source, err := readOnly(f)
		if err != nil {
			return false, errors.Join(err, ours.Close(), c.c.Destroy())
		}
		sources = append(sources, source)
	}
	c.p = c.process(append([]*os.File{exe, files[msgSpec], files[msgStatus], theirs}, sources...), files[msgOutput])
	if err := c.c.Run(c.p); err != nil {
		return false, errors.Join(fmt.Errorf("start the sandbox: %w", namespaceError(err)), ours.Close(), c.c.Destroy())
	}
	if c.pid, err = c.p.Pid(); err != nil {
		return true, errors.Join(fmt.Errorf("find the sandbox's PID 1: %w", err), ours.Close())
	}
	return true, nil
}

// namespaceError recognises that a namespace was refused: libcontainer says it
// in words alone.
func namespaceError(err error) error {
	if strings.Contains(err.Error(), "failed to unshare") || strings.Contains(err.Error(), "error mounting") {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return err
}

func (c *container) process(passed []*os.File, output *os.File) *libcontainer.Process {
	yes := true
	p := &libcontainer.Process{
		Args:            []string{fmt.Sprintf("/proc/self/fd/%d", fdExe)},
		Env:             c.environment(),
		UID:             c.uid,
		GID:             c.uid,
		Cwd:             "/",
		Stdin:           nil,
		Stdout:          output,
		Stderr:          output,
		ExtraFiles:      passed,
		Init:            true,
		NoNewPrivileges: &yes,
		Capabilities:    &configs.Capabilities{},
	}
	if c.uid == 0 {
		// Mapping the outer uid 0 into the nested namespace asks for the
		// one, giving both up for the other.
		set := []string{"CAP_SETFCAP", "CAP_SETPCAP"}
		p.Capabilities = &configs.Capabilities{Bounding: set, Effective: set, Permitted: set}
	}
	return p
}

// environment is what init.c and the executor's runtime read; the build has its
// own.
func (c *container) environment() []string {
	env := []string{roleVar + "=" + roleInit, "PATH=/tc/bin", "HOME=/build", "GOGC=off", "GOMAXPROCS=1"}
	if c.view.UID != 0 {
		env = append(env, uidVar+"="+strconv.Itoa(c.view.UID))
	}
	if c.view.Randomize {
		env = append(env, randomizeVar+"=1")
	}
	if c.view.Pids != 0 {
		env = append(env, pidsVar+"=1")
	}
	return env
}

// killWhenAbandoned ends the sandbox as soon as the caller shuts its end.
func (c *container) killWhenAbandoned(control io.Reader) {
	var b [1]byte
	_, _ = control.Read(b[:])
	c.kill()
}

func (c *container) kill() { _ = c.p.Signal(syscall.SIGKILL) }

func (c *container) wait() (*answer, error) {
	state, err := c.p.Wait()
	derr := c.c.Destroy()
	if state == nil {
		return nil, fmt.Errorf("wait for the sandbox: %w", err)
	}
	if derr != nil {
		return nil, fmt.Errorf("destroy the sandbox: %w", derr)
	}
	a := &answer{Exit: state.ExitCode(), CPU: int64(state.SystemTime() + state.UserTime())}
	if u, ok := state.SysUsage().(*syscall.Rusage); ok {
		a.MaxRSS = u.Maxrss << 10
	}
	return a, nil
}

func writeJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

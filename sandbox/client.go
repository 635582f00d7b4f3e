package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/opencontainers/runc/libcontainer/exeseal"
	"golang.org/x/sys/unix"
)

// Supervisor is a running supervisor process. It may run several sandboxes
// at a time.
type Supervisor struct {
	cmd  *exec.Cmd
	sock *os.File
	send sync.Mutex
}

// Start re-executes the program as a supervisor. scratch is an existing
// folder of the caller's own, used as a mount point in the supervisor's view.
// When the kernel refuses, the error is [ErrUnsupported].
func Start(scratch string) (*Supervisor, error) {
	exe, err := sealedProgram(scratch)
	if err != nil {
		return nil, err
	}
	defer exe.Close()
	ours, theirs, err := socketpair(unix.SOCK_SEQPACKET)
	if err != nil {
		return nil, err
	}
	defer theirs.Close() // a second Close does nothing
	cmd := &exec.Cmd{
		Path:        "/proc/self/fd/4",
		Args:        []string{"belljar"},
		Env:         supervisorEnv(scratch),
		Dir:         "/",
		Stderr:      os.Stderr,
		ExtraFiles:  []*os.File{theirs, exe},
		SysProcAttr: supervisorAttr(os.Geteuid(), os.Getegid()),
	}
	if err := cmd.Start(); err != nil {
		ours.Close()
		return nil, fmt.Errorf("start the outer namespaces: %w: %w", ErrUnsupported, err)
	}
	s := &Supervisor{cmd: cmd, sock: ours}
	theirs.Close() // so that a supervisor that dies ends the greeting
	if err := s.greeting(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// greeting waits until the supervisor stands in its namespaces.
func (s *Supervisor) greeting() error {
	buf := make([]byte, 4096)
	var n int
	err := onFd(s.sock, func(fd int) (err error) {
		n, err = unix.Read(fd, buf)
		return err
	})
	switch {
	case err != nil || n == 0:
		return fmt.Errorf("start the outer namespaces: %w: %v", ErrDied, err)
	case string(buf[:n]) != ready:
		return fmt.Errorf("start the outer namespaces: %w: %s", ErrUnsupported, buf[:n])
	}
	return nil
}

// sealedProgram copies the program into a sealed memfd, once: libcontainer
// would otherwise do it at the start of every sandbox.
func sealedProgram(scratch string) (*os.File, error) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, fmt.Errorf("open the program: %w", err)
	}
	defer self.Close()
	info, err := self.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat the program: %w", err)
	}
	exe, err := exeseal.CloneBinary(self, info.Size(), "belljar", scratch)
	if err != nil {
		return nil, fmt.Errorf("seal a copy of the program: %w", err)
	}
	return exe, nil
}

func supervisorEnv(scratch string) []string {
	env := []string{roleVar + "=" + roleSupervisor, scratchVar + "=" + scratch}
	if hasBuildUIDs() {
		env = append(env, rootVar+"=1")
	}
	return env
}

// hasBuildUIDs tells real root, which has the host uids that builds run as,
// from an ordinary user and from root of a small user namespace, who have not.
func hasBuildUIDs() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	if err != nil || os.Geteuid() != 0 {
		return false
	}
	for _, line := range strings.Split(string(text), "\n") {
		var inside, outside, count int
		if _, err := fmt.Sscan(line, &inside, &outside, &count); err == nil &&
			inside <= firstBuildUID && firstBuildUID+buildUIDs <= inside+count {
			return true
		}
	}
	return false
}

// supervisorAttr asks for the outer namespaces. Real root keeps its user
// namespace: it can mount without a new one.
func supervisorAttr(uid, gid int) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID,
		Setsid:     true, // Ctrl-C reaches belljar alone, which then ends the rest
	}
	if !hasBuildUIDs() {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: gid, Size: 1}}
	}
	return attr
}

// Close ends the supervisor and with it every sandbox.
func (s *Supervisor) Close() error {
	err := s.sock.Close()
	if werr := s.cmd.Wait(); werr != nil {
		var exit *exec.ExitError
		if !errors.As(werr, &exit) {
			err = errors.Join(err, werr)
		}
	}
	return err
}

// Run makes one sandbox and waits for its end. Cancelling ctx kills
// everything inside and returns ctx's error. A failure of the payload's own
// work is not an error here: it is in [Result.Status].
func (s *Supervisor) Run(ctx context.Context, spec Spec, files Files) (*Result, error) {
	if len(files.Sources) > maxSources {
		return nil, fmt.Errorf("%d sources are more than the %d that one sandbox takes", len(files.Sources), maxSources)
	}
	r, err := s.request(spec, files)
	if err != nil {
		return nil, err
	}
	defer r.close()
	stop := context.AfterFunc(ctx, func() { _ = unix.Shutdown(int(r.control.Fd()), unix.SHUT_WR) })
	defer stop()
	return r.wait(ctx)
}

// maxStatus is how much a payload may report.
const maxStatus = 16 << 20

// run is the caller's end of one request.
type run struct {
	control *os.File
	status  *os.File
}

func (r *run) close() { closeAll([]*os.File{r.control, r.status}) }

func (s *Supervisor) request(spec Spec, files Files) (_ *run, err error) {
	control, theirs, err := socketpair(unix.SOCK_STREAM)
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	status, statusW, err := os.Pipe()
	if err != nil {
		control.Close()
		return nil, fmt.Errorf("make a status pipe: %w", err)
	}
	defer statusW.Close()
	r := &run{control: control, status: status}
	defer func() {
		if err != nil {
			r.close()
		}
	}()
	sealed, err := sealedJSON(spec)
	if err != nil {
		return nil, err
	}
	defer sealed.Close()
	s.send.Lock()
	defer s.send.Unlock()
	passed := append([]*os.File{theirs, sealed, files.Output, statusW}, files.Sources...)
	if spec.Observe {
		passed = append(passed, files.Observations)
	}
	if err := sendFiles(s.sock, passed); err != nil {
		return nil, fmt.Errorf("ask the supervisor for a sandbox: %w: %w", ErrDied, err)
	}
	return r, nil
}

func (r *run) wait(ctx context.Context) (*Result, error) {
	status, err := io.ReadAll(io.LimitReader(r.status, maxStatus+1))
	if err != nil {
		return nil, fmt.Errorf("read the sandbox's status: %w", err)
	}
	if len(status) > maxStatus { // it would wait for a reader for ever
		_ = unix.Shutdown(int(r.control.Fd()), unix.SHUT_WR)
	}
	a, err := readAnswer(r.control)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: the supervisor ended: %w", ErrDied, err)
	}
	if a.Error != "" {
		sentinel := ErrDied
		if a.Unsupported {
			sentinel = ErrUnsupported
		}
		return nil, fmt.Errorf("%w: %s", sentinel, a.Error)
	}
	if a.Memory {
		return nil, ErrMemory
	}
	if !json.Valid(status) {
		return nil, fmt.Errorf("%w (exit status %d)", ErrDied, a.Exit)
	}
	var no refusal
	if json.Unmarshal(status, &no) == nil && no.Refused != "" {
		return nil, fmt.Errorf("%w: %s", ErrUnsupported, no.Refused)
	}
	return &Result{Status: status, CPU: time.Duration(a.CPU), MaxRSS: a.MaxRSS, Processes: a.Processes}, nil
}

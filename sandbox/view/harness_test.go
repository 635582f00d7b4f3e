package view

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// Roles of the test binary: the first takes on a filter that leaves these
// calls to the supervisor, and becomes its arguments; the second is a program
// that does what no program of the machine does.
const (
	filteredVar = "VIEW_TEST_FILTERED"
	probeVar    = "VIEW_TEST_PROBE"
)

// Of the build, inside its user namespace and, where root runs the test,
// outside.
const buildUID, hostUID = 1000, 34567

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(filteredVar) != "":
		fmt.Fprintln(os.Stderr, becomeFiltered(strings.Split(os.Getenv(filteredVar), ",")[1:]))
		os.Exit(125)
	case os.Getenv(probeVar) != "":
		if err := probes[os.Getenv(probeVar)](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// becomeFiltered returns only when it fails.
func becomeFiltered(calls []string) error {
	runtime.LockOSThread()
	program, err := seccomp.Compile(&specs.LinuxSeccomp{
		DefaultAction: specs.ActAllow, Architectures: []specs.Arch{specs.ArchX86_64},
		Syscalls: []specs.LinuxSyscall{{Names: slices.DeleteFunc(calls, func(s string) bool { return s == "" }), Action: specs.ActNotify}},
	})
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	listener, err := seccomp.Install(program)
	if err != nil {
		return err
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(int(listener.Fd())), nil, 0); err != nil {
		return err
	}
	unix.CloseOnExec(3)
	os.Unsetenv(filteredVar)
	return unix.Exec(os.Args[1], os.Args[1:], os.Environ())
}

// sandbox is a folder and how it is shown to what runs there.
type sandbox struct {
	dir   string
	files Files
	clock *clock
	f     *files // of the last run
	only  bool   // the kernel answers
	full  bool   // as many inodes were seen as can be kept
}

// build makes a folder that the build owns. A parent of it may be given.
func build(t testing.TB, parent string) string {
	t.Helper()
	if parent == "" {
		parent = os.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "view")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if os.Geteuid() == 0 {
		err = os.Chown(dir, hostUID, hostUID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// run gives the output of a command.
func (s *sandbox) run(t testing.TB, argv ...string) string {
	t.Helper()
	path, err := exec.LookPath(argv[0])
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.start(t, append([]string{path}, argv[1:]...))
	if err != nil {
		t.Fatalf("%s: %v\n%s", argv, err, out)
	}
	return out
}

// probe runs one of the probes of this binary.
func (s *sandbox) probe(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := s.start(t, append([]string{"/proc/self/exe"}, args...), probeVar+"="+name)
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return out
}

func (s *sandbox) start(t testing.TB, argv []string, env ...string) (string, error) {
	t.Helper()
	ours, theirs := pair(t)
	defer ours.Close()
	calls := fileCalls(s.files, s.clock != nil)
	var out bytes.Buffer
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: append([]string{"filtered"}, argv...), Dir: s.dir,
		Env:    append([]string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + s.dir, filteredVar + "=," + strings.Join(calls, ",")}, env...),
		Stdout: &out, Stderr: &out, ExtraFiles: []*os.File{theirs}, SysProcAttr: userNamespace(),
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()
	served := make(chan error, 1)
	if listener := receiveListener(ours); listener != nil {
		go func() { served <- s.serve(listener) }()
	} else {
		served <- nil
	}
	err := cmd.Wait()
	if serveErr := <-served; serveErr != nil {
		t.Fatal(serveErr)
	}
	if s.f != nil && s.f.err() != nil {
		t.Error(s.f.err())
	}
	return out.String(), err
}

func (s *sandbox) serve(listener *os.File) error {
	root, err := os.Open("/")
	if err != nil {
		return err
	}
	defer root.Close()
	s.f = newFiles(root, s.files, s.clock)
	if s.full {
		s.f.inodes = maxInodes
	}
	return seccomp.Serve(listener, func(c *seccomp.Call) seccomp.Answer {
		if s.only {
			return seccomp.Answer{Continue: true}
		}
		a, ok := s.f.answer(c)
		if !ok {
			return seccomp.Answer{Errno: unix.ENOSYS}
		}
		return a
	})
}

// userNamespace is a user namespace, as a sandbox has one.
func userNamespace() *syscall.SysProcAttr {
	host := os.Geteuid()
	group := os.Getegid()
	if host == 0 {
		host, group = hostUID, hostUID
	}
	return &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: buildUID, HostID: host, Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: buildUID, HostID: group, Size: 1}},
		Credential:  &syscall.Credential{Uid: buildUID, Gid: buildUID, NoSetGroups: os.Geteuid() != 0},
	}
}

func pair(t testing.TB) (ours, theirs *os.File) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
}

// receiveListener is nil when the other end was closed without.
func receiveListener(from *os.File) *os.File {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(from.Fd()), make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil || n == 0 {
		return nil
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) == 0 {
		return nil
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil
	}
	return os.NewFile(uintptr(fds[0]), "listener")
}

// write makes a file of the build's.
func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(path, hostUID, hostUID); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Dir(path), hostUID, hostUID); err != nil {
			t.Fatal(err)
		}
	}
}

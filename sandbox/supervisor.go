package sandbox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"
	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
	"belljar.build/sandbox/view"
	"belljar.build/seccomp"
)

// scratchVar names the folder over which the supervisor mounts its own tmpfs.
const scratchVar = "_BELLJAR_SCRATCH"

// ready is the supervisor's greeting; anything else is why it cannot work.
const ready = "ready"

// rootVar is set when the caller is real root and made no user namespace.
const rootVar = "_BELLJAR_ROOT"

// containerPrefix begins the names of containers and cgroups.
const containerPrefix = "belljar-"

// groups is where the scratch folder shows /sys/fs/cgroup, writable.
const groups = "cgroup"

// firstBuildUID is the first of the host uids that root's builds run as; no
// distribution hands out this range. There are buildUIDs of them.
const (
	firstBuildUID = 30001
	buildUIDs     = 1024
)

// supervisor is the state of a supervisor process.
type supervisor struct {
	scratch string // private tmpfs: libcontainer's state; gone with the process
	root    bool   // started by real root: each running build gets a host uid of its own
	name    string // prefix of container ids, one of its kind on the machine
	serial  atomic.Int64

	networks *networks
	programs sync.Map // compiled policies, by whether they observe

	mu   sync.Mutex
	idle []rootfs.Owner // made and given back
	made int
}

// supervise serves run requests until its caller is gone, then ends: being
// PID 1 of its namespace, it takes everything with it.
func supervise() error {
	logrus.SetOutput(io.Discard)
	scratch, root := os.Getenv(scratchVar), os.Getenv(rootVar) != ""
	os.Clearenv()
	debug.SetGCPercent(400) // observing makes much garbage and keeps little
	// libcontainer hands this one down to its init, which has one thing to do
	// at a time and starts sooner for it.
	os.Setenv("GOMAXPROCS", "1")
	sock := os.NewFile(3, "requests")
	unix.CloseOnExec(3)
	if err := prepareNamespace(scratch); err != nil {
		_, _ = sock.WriteString(err.Error())
		return nil // the caller says it
	}
	if _, err := sock.WriteString(ready); err != nil {
		return nil // the caller is gone
	}
	s := &supervisor{scratch: scratch, root: root, name: containerPrefix + rand.Text() + "-", networks: newNetworks()}
	for {
		files, err := receiveFiles(sock)
		if errors.Is(err, errClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go s.serve(files)
	}
}

// prepareNamespace cuts mount propagation, mounts a /proc of the new pid
// namespace and the private tmpfs.
func prepareNamespace(scratch string) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc in a new pid namespace: %w", err)
	}
	if err := unix.Mount("tmpfs", scratch, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0711"); err != nil {
		return fmt.Errorf("mount a tmpfs at %s: %w", scratch, err)
	}
	// A cgroup bounds a sandbox's memory where this user may make one; where
	// there is nothing to show, none may.
	if err := os.Mkdir(filepath.Join(scratch, groups), 0o700); err != nil {
		return fmt.Errorf("make a folder in %s: %w", scratch, err)
	}
	_ = unix.Mount("/sys/fs/cgroup", filepath.Join(scratch, groups), "", unix.MS_BIND|unix.MS_REC, "")
	// libcontainer would set up device cgroups otherwise; a build's limits
	// do not come from there.
	_ = unix.MountSetattr(unix.AT_FDCWD, "/sys/fs/cgroup", unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	return nil
}

// serve answers one request.
func (s *supervisor) serve(files []*os.File) {
	defer closeAll(files)
	if len(files) < msgSources {
		return
	}
	control := files[msgControl]
	a, err := s.run(control, files)
	if err != nil {
		a = &answer{Error: err.Error(), Unsupported: isRefusal(err)}
	}
	// Closed before the answer, so that the caller's read of it ends.
	_ = files[msgStatus].Close()
	_ = writeJSON(control, a)
}

var processPath = regexp.MustCompile(`^/proc/\d+/`)

// isRefusal tells errors of a kernel that will not from those of a bug or a
// full disk.
func isRefusal(err error) bool {
	// What is left of a process that was killed while the sandbox started
	// may not be looked into.
	if p, ok := errors.AsType[*fs.PathError](err); ok && processPath.MatchString(p.Path) {
		return false
	}
	for _, e := range []error{ErrUnsupported, rootfs.ErrUnsupported, unix.EPERM, unix.EACCES, unix.ENOSYS, unix.EINVAL} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

func (s *supervisor) run(control *os.File, files []*os.File) (_ *answer, err error) {
	spec, err := readSpec[Spec](reopen(files[msgSpec]))
	if err != nil {
		return nil, err
	}
	owner, err := s.owner()
	if err != nil {
		return nil, err
	}
	defer s.release(owner)
	for _, dir := range spec.Owned {
		if err := os.Chown(dir, owner.ID, owner.ID); err != nil {
			return nil, fmt.Errorf("hand a folder to the build: %w", err)
		}
	}
	if err := rootfs.Compose(spec.Work, spec.Root, owner); err != nil {
		return nil, err
	}
	id := s.name + strconv.FormatInt(s.serial.Add(1), 10)
	c := container{id: id, state: filepath.Join(s.scratch, "state"), root: spec.Work, uid: owner.ID, tty: spec.Terminal, limits: spec.Limits, view: spec.View, groups: filepath.Join(s.scratch, groups)}
	if c.network, err = s.networks.take(); err != nil {
		return nil, errors.Join(err, rootfs.Release(spec.Work))
	}
	defer c.network.Close()
	if c.program, err = s.policy(spec.Observe, spec.View); err != nil {
		return nil, errors.Join(err, rootfs.Release(spec.Work))
	}
	pipes, err := feed(spec)
	defer closeAll(pipes)
	if err != nil {
		return nil, errors.Join(err, rootfs.Release(spec.Work))
	}
	var observations *os.File
	if spec.Observe { // the last that came along, and nothing for the inside
		observations, files = files[len(files)-1], files[:len(files)-1]
	}
	started, err := c.start(files)
	// The sandbox holds the tree now; here it is only in the way.
	err = errors.Join(err, rootfs.Release(spec.Work))
	if err != nil {
		if started {
			c.kill()
		}
		return nil, err
	}
	go c.killWhenAbandoned(control)
	return c.serve(observations)
}

// policy is the compiled system call policy. Those of views that ask about more
// calls are few, and not kept.
func (s *supervisor) policy(observe bool, v view.View) ([]byte, error) {
	calls := v.Calls()
	if p, ok := s.programs.Load(observe); ok && len(calls) == 0 {
		return p.([]byte), nil
	}
	policy, err := seccomp.Asked(seccomp.Policy(), calls)
	if err != nil {
		return nil, err
	}
	if observe {
		policy = seccomp.Observed(policy)
	}
	program, err := seccomp.Compile(policy)
	if err != nil {
		return nil, err
	}
	code := seccomp.Marshal(program)
	if len(calls) == 0 {
		s.programs.Store(observe, code)
	}
	return code, nil
}

// feed gives every pipe of the sandbox's root its stream of random bytes.
func feed(spec *Spec) (pipes []*os.File, err error) {
	for _, path := range spec.Root.Pipes {
		// Read and write: it never ends for those who read.
		pipe, err := os.OpenFile(spec.Work+path, os.O_RDWR|unix.O_NONBLOCK, 0)
		if err != nil {
			return pipes, fmt.Errorf("open a pipe of the sandbox: %w", err)
		}
		pipes = append(pipes, pipe)
		go view.Feed(pipe, spec.View)
	}
	return pipes, nil
}

// owner is who a build runs as, while it runs nobody else. The zero value, uid
// 0 of the outer user namespace, is the ordinary user himself.
func (s *supervisor) owner() (o rootfs.Owner, err error) {
	if !s.root {
		return o, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.idle); n > 0 {
		o, s.idle = s.idle[n-1], s.idle[:n-1]
		return o, nil
	}
	if s.made == buildUIDs {
		return o, fmt.Errorf("%d builds run already, and there are no more user ids for another", buildUIDs)
	}
	if o, err = rootfs.NewOwner(firstBuildUID + s.made); err == nil {
		s.made++
	}
	return o, err
}

func (s *supervisor) release(o rootfs.Owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.root {
		s.idle = append(s.idle, o)
	}
}

// reopen gives an independent descriptor: readSpec closes its own.
func reopen(f *os.File) *os.File {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return f
	}
	return os.NewFile(uintptr(fd), f.Name())
}

package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// execute is the last of the program's own processes: uid 1000, no
// capability. It seals itself off from its children, takes on the system call
// filter and calls the payload.
func execute(payload Payload) error {
	runtime.LockOSThread()
	sources, err := hideDescriptors()
	if err != nil {
		return err
	}
	spec, err := readSpec[inside](os.NewFile(fdSpec, "spec"))
	if err != nil {
		return err
	}
	status := os.NewFile(fdStatus, "status")
	if err := settle(spec); err != nil {
		return err
	}
	os.Clearenv()
	if err := filter(spec.Limits, os.NewFile(fdSupervisor, "supervisor")); err != nil {
		return err
	}
	// Off, and one, for a quick start.
	debug.SetGCPercent(100)
	runtime.GOMAXPROCS(runtime.NumCPU())
	if spec.Task == nil {
		return json.NewEncoder(status).Encode(kernelRelease())
	}
	return json.NewEncoder(status).Encode(payload(Task{Data: spec.Task, Files: sources, alone: true}, os.Stdout))
}

// inside is what the executor needs of a [Spec].
type inside struct {
	Task   json.RawMessage `json:"task"`
	CPUs   int             `json:"cpus"`
	Limits Limits          `json:"limits"`
}

// filter puts this process and all that it starts under the system call
// policy, which the supervisor has compiled and sent. The supervisor gets the
// listener, and answers from then on.
func filter(l Limits, supervisor *os.File) error {
	defer supervisor.Close()
	code := make([]byte, 8*4096)
	n, err := unix.Read(int(supervisor.Fd()), code)
	if err != nil || n == 0 {
		return fmt.Errorf("read the system call policy: %v", err)
	}
	listener, err := seccomp.Install(seccomp.Unmarshal(code[:n]))
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := sendFiles(supervisor, []*os.File{listener}); err != nil {
		return fmt.Errorf("hand over the seccomp listener: %w", err)
	}
	if l.Memory == 0 {
		return nil
	}
	return awaitGroup(supervisor, l.Memory)
}

// The supervisor's word on memory: this process is in a cgroup that bounds it,
// or must bound itself.
const inGroup, noGroup = 'c', 'r'

// awaitGroup waits until whatever starts from here on is in the sandbox's
// cgroup. Without one, each process is bounded by itself, and the supervisor
// watches their sum.
func awaitGroup(supervisor *os.File, memory int64) error {
	var word [1]byte
	if n, err := unix.Read(int(supervisor.Fd()), word[:]); n != 1 {
		return fmt.Errorf("wait for the supervisor: %v", err)
	}
	if word[0] == inGroup {
		return nil
	}
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(memory), Max: uint64(memory)})
}

func readSpec[T any](f *os.File) (*T, error) {
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("read spec: %w", err)
	}
	var s T
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("decode spec: %w", err)
	}
	return &s, nil
}

// hideDescriptors keeps everything above stderr from the build, and, by
// making the process undumpable, /proc/PID/{exe,fd,mem,...} too: the build
// runs under the same uid.
func hideDescriptors() ([]*os.File, error) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("become undumpable: %w", err)
	}
	files, err := inheritedFiles()
	if err != nil {
		return nil, err
	}
	if err := unix.CloseRange(fdExe, ^uint(0), unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return nil, fmt.Errorf("mark descriptors close-on-exec: %w", err)
	}
	var sources []*os.File
	for _, fd := range files[fdSources:] {
		sources = append(sources, os.NewFile(fd, fmt.Sprintf("source %d", fd-fdSources)))
	}
	return sources, unix.Close(fdExe)
}

// inheritedFiles lists descriptors 0.. up to the first that is closed:
// exactly those that libcontainer passed on.
func inheritedFiles() ([]uintptr, error) {
	var files []uintptr
	for fd := 0; ; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if err != nil || (fd >= fdSources && flags&unix.FD_CLOEXEC != 0) {
			break
		}
		files = append(files, uintptr(fd))
	}
	if len(files) < fdSources {
		return nil, fmt.Errorf("only %d descriptors were handed over", len(files))
	}
	return files, nil
}

// settle fixes what a process hands to its children and a machine or a
// caller could vary. PID 1 did the rest before this program had threads.
func settle(s *inside) error {
	if err := limit(s.Limits); err != nil {
		return err
	}
	return restrictCPUs(s.CPUs)
}

// restrictCPUs keeps the first n CPUs that the machine gave us.
func restrictCPUs(n int) error {
	var all, some unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return fmt.Errorf("read CPU affinity: %w", err)
	}
	if n <= 0 || n >= all.Count() {
		return nil
	}
	for cpu := 0; some.Count() < n; cpu++ {
		if all.IsSet(cpu) {
			some.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return fmt.Errorf("restrict to %d CPUs: %w", n, err)
	}
	return nil
}

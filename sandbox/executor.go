package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// execute is the last of the program's own processes: uid 1000, no
// capability. It seals itself off from its children and calls the payload.
func execute(payload Payload) error {
	runtime.LockOSThread()
	sources, err := hideDescriptors()
	if err != nil {
		return err
	}
	spec, err := readSpec(os.NewFile(fdSpec, "spec"))
	if err != nil {
		return err
	}
	status := os.NewFile(fdStatus, "status")
	if err := settle(spec); err != nil {
		return err
	}
	os.Clearenv()
	return json.NewEncoder(status).Encode(payload(Task{Data: spec.Task, Files: sources}, os.Stdout))
}

func readSpec(f *os.File) (*Spec, error) {
	defer f.Close()
	data, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		return nil, fmt.Errorf("read spec: %w", err)
	}
	var s Spec
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

// settle fixes what a process hands to its children and a machine or a
// caller could vary. The seccomp filter belongs right at its end.
func settle(s *Spec) error {
	unix.Umask(0o022)
	// An empty session keyring instead of the caller's, secrets and all.
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil && err != unix.ENOSYS {
		return fmt.Errorf("leave the caller's session keyring: %w", err)
	}
	if err := dropCapabilities(); err != nil {
		return err
	}
	const addrNoRandomize = 0x0040000
	if err := personality(addrNoRandomize); err != nil {
		return fmt.Errorf("switch ASLR off: %w", err)
	}
	if err := limit(); err != nil {
		return err
	}
	return restrictCPUs(s.CPUs)
}

func personality(persona uintptr) error {
	if _, _, errno := unix.Syscall(unix.SYS_PERSONALITY, persona, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// dropCapabilities empties every set of the calling thread, bounding set
// included; children inherit from this thread.
func dropCapabilities() error {
	for c := uintptr(0); c <= 63; c++ {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err == unix.EINVAL {
			break // past the last capability that this kernel knows
		} else if err != nil {
			return fmt.Errorf("drop capability %d: %w", c, err)
		}
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("clear ambient capabilities: %w", err)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	return nil
}

// limit sets the soft limits that configure scripts and test suites look at
// to the same numbers everywhere, and forbids core dumps.
func limit() error {
	for _, l := range []struct {
		resource int
		soft     uint64
	}{
		{unix.RLIMIT_NOFILE, 1024},
		{unix.RLIMIT_STACK, 8 << 20},
		{unix.RLIMIT_CORE, 0},
	} {
		var r unix.Rlimit
		if err := unix.Getrlimit(l.resource, &r); err != nil {
			return fmt.Errorf("read limit %d: %w", l.resource, err)
		}
		r.Cur = min(l.soft, r.Max)
		if l.soft == 0 {
			r.Max = 0
		}
		if err := unix.Setrlimit(l.resource, &r); err != nil {
			return fmt.Errorf("set limit %d: %w", l.resource, err)
		}
	}
	return nil
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

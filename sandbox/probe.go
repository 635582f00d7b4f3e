package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
	"belljar.build/seccomp"
)

// roleProbe tries features in the namespaces that it was started in.
const roleProbe = "probe"

// onlyStartVar makes a probe end at once.
const onlyStartVar = "_BELLJAR_ONLY_START"

const (
	userNamespace  = "user namespace"
	mountNamespace = "mount namespace"
	pidNamespace   = "pid namespace"
)

// probed is a feature and how it is tried.
type probed struct {
	name   string
	needed bool
	why    string
	fix    string
	try    func(folder string) error // nil: the start of the probe is the trial
}

const newerKernel = "use a kernel with this feature (CONFIG_*_NS, CONFIG_SECCOMP_FILTER are switched on in every distribution's)"

func unshare(flag int) func(string) error {
	return func(string) error { return unix.Unshare(flag) }
}

// probes are in the order in which they are tried and shown.
func probes() []probed {
	container := "inside a container, start it with the right to mount (--privileged, or --security-opt seccomp=unconfined,apparmor=unconfined,systempaths=unconfined)"
	return []probed{
		{userNamespace, true, "nobody in a build is anybody outside", newerKernel, nil},
		{mountNamespace, true, "a build has a root of its own", newerKernel, nil},
		{pidNamespace, true, "everything dies with belljar, and sees nobody else", newerKernel, nil},
		{"ipc namespace", true, "no shared memory with the machine", newerKernel, unshare(unix.CLONE_NEWIPC)},
		{"uts namespace", true, "one host name for all builds", newerKernel, unshare(unix.CLONE_NEWUTS)},
		{"network namespace", true, "no network", newerKernel, unshare(unix.CLONE_NEWNET)},
		{"cgroup namespace", true, "no trace of the machine's groups", newerKernel, unshare(unix.CLONE_NEWCGROUP)},
		{"time namespace", true, "no trace of the machine's uptime", newerKernel, unshare(unix.CLONE_NEWTIME)},
		{"private mounts", true, "nothing that is mounted comes out", container, func(string) error {
			return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}},
		{"reading a build's memory", true, "uname tells every build the same, and what it names can be observed",
			"run: sysctl -w kernel.yama.ptrace_scope=1 (after a restart: 3 cannot be taken back)", tryPtrace},
		{"/proc of processes alone", true, "a build sees its own processes and nothing else of /proc", container, tryProc},
		{"new mount API", true, "roots are composed of hundreds of mounts in milliseconds", container, tryCompose},
		{"nested user namespace", true, "mounts are locked, and no process is root", newerKernel, tryNested},
		{"devpts", true, "belljar shell has a real terminal", container, tryDevpts},
		{"id-mapped mounts at the store", false, "root's builds see declared files as their own, as an ordinary user's do; " +
			"without, an archive of such files differs between the two", "put the store on ext4, xfs, btrfs or tmpfs (--store)", tryIDMap},
		{"killable waiting for a supervisor", false, "signals do not interrupt observed calls", "use Linux 5.19 or later", func(string) error { return since(5, 19) }},
		{"synchronous wake-up of a supervisor", false, "observation costs a third less", "use Linux 6.6 or later", func(string) error { return since(6, 6) }},
		// The last: a filtered process tries nothing more.
		{"seccomp filter with a listener", true, "no system call that the policy does not name", newerKernel, trySeccomp},
	}
}

// runProbe answers with the error of each trial, "" for none.
func runProbe() error {
	folder := os.Getenv(scratchVar)
	if os.Getenv(onlyStartVar) != "" {
		return nil
	}
	runtime.LockOSThread() // namespaces are the thread's
	found := map[string]string{}
	for _, p := range probes() {
		if p.try == nil {
			continue
		}
		found[p.name] = ""
		if err := p.try(folder); err != nil {
			found[p.name] = err.Error()
		}
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

func tryProc(string) error {
	return unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "subset=pid,hidepid=ptraceable")
}

// tryCompose covers /tmp, which exists everywhere, in the probe's own view.
func tryCompose(string) error {
	if err := rootfs.Compose("/tmp", rootfs.Minimal(), rootfs.Owner{}); err != nil {
		return err
	}
	return rootfs.Release("/tmp")
}

func tryNested(string) error {
	if hasBuildUIDs() {
		return nil // root's builds begin from an id of their own
	}
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"belljar"}, &syscall.ProcAttr{
		Env: []string{roleVar + "=" + roleProbe, onlyStartVar + "=1"},
		Sys: &syscall.SysProcAttr{
			Cloneflags:  unix.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: rootfs.UID, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: rootfs.UID, HostID: os.Getegid(), Size: 1}},
		},
	})
	if err == nil {
		_, err = unix.Wait4(pid, nil, 0, nil)
	}
	return err
}

// trySeccomp filters this process, which has little more to do, with the
// policy; nobody serves the listener.
func trySeccomp(string) error {
	program, err := seccomp.Compile(seccomp.Policy())
	if err != nil {
		return err
	}
	return seccomp.Try(program)
}

func tryDevpts(string) error {
	return unix.Mount("devpts", "/dev", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666")
}

func tryPtrace(string) error {
	text, err := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if err == nil && strings.TrimSpace(string(text)) == "3" {
		return fmt.Errorf("kernel.yama.ptrace_scope is 3")
	}
	return nil
}

func tryIDMap(folder string) error {
	if !hasBuildUIDs() {
		return nil
	}
	return rootfs.CanMapOwners(folder, firstBuildUID)
}

func since(major, minor int) error {
	var a, b int
	release := kernelRelease()
	if _, err := fmt.Sscanf(release, "%d.%d", &a, &b); err != nil || a < major || a == major && b < minor {
		return fmt.Errorf("this is Linux %s", release)
	}
	return nil
}

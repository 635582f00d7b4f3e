package sandbox

import (
	"fmt"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
)

// runInit is PID 1 of a sandbox: it starts the executor in a nested user
// namespace, reaps what is orphaned, and ends when the executor ends; the
// kernel then kills whatever is left.
func runInit() error {
	if err := dropSignals(); err != nil {
		return err
	}
	// Only a dumpable process may write the maps of its child.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become dumpable: %w", err)
	}
	pid, err := startExecutor()
	if err != nil {
		return fmt.Errorf("start executor: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("become undumpable: %w", err)
	}
	for {
		var ws syscall.WaitStatus
		got, err := syscall.Wait4(-1, &ws, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return fmt.Errorf("wait for executor: %w", err)
		case got == pid && ws.Signaled():
			os.Exit(128 + int(ws.Signal()))
		case got == pid:
			os.Exit(ws.ExitStatus())
		}
	}
}

// dropSignals takes the Go runtime's handlers away from the signals at which
// the runtime would end the process. The build shares our kernel uid, but the
// kernel drops whatever PID 1 has no handler for, when it comes from inside
// the namespace. (Not ignored: children would inherit that. Not os/signal:
// one thread switch a signal, 2.7 ms in all.)
func dropSignals() error {
	for _, sig := range []syscall.Signal{
		unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGILL, unix.SIGTRAP, unix.SIGABRT, unix.SIGBUS,
		unix.SIGFPE, unix.SIGSEGV, unix.SIGTERM, unix.SIGSTKFLT, unix.SIGSYS,
	} {
		var byDefault [4]uint64 // struct kernel_sigaction: handler, flags, restorer, mask
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig),
			uintptr(unsafe.Pointer(&byDefault)), 0, unsafe.Sizeof(byDefault[3]), 0, 0)
		if errno != 0 {
			return fmt.Errorf("drop %s: %w", sig, errno)
		}
	}
	return nil
}

func startExecutor() (int, error) {
	files, err := inheritedFiles()
	if err != nil {
		return 0, err
	}
	return syscall.ForkExec(fmt.Sprintf("/proc/self/fd/%d", fdExe), []string{"belljar"}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   append(os.Environ(), roleVar+"="+roleExecutor),
		Files: files,
		Sys: &syscall.SysProcAttr{
			Cloneflags:  unix.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: rootfs.UID, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: rootfs.UID, HostID: os.Getegid(), Size: 1}},
			// Kept for one thing: emptying the bounding set, which a
			// new user namespace fills again.
			AmbientCaps: []uintptr{unix.CAP_SETPCAP},
			Setsid:      true,
		},
	})
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

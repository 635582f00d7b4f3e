package sandbox

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
)

// runInit is PID 1 of a sandbox: it starts the executor in a nested user
// namespace, reaps what is orphaned, and ends when the executor ends; the
// kernel then kills whatever is left.
func runInit() error {
	// The build shares our kernel uid: no signal of its may end PID 1.
	// SIGKILL from inside the namespace never reaches it; all others are
	// caught and dropped (not ignored: children would inherit that).
	signal.Notify(make(chan os.Signal, 1))
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

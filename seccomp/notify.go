package seccomp

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Call is one system call that waits for the supervisor's answer.
type Call struct {
	// PID is the calling thread's, in the reader's pid namespace.
	PID    int
	Number uint32
	Args   [6]uint64

	id       uint64
	listener int
}

// Answer is what the caller gets.
type Answer struct {
	// Continue lets the kernel perform the call.
	Continue bool
	// Value is the call's result when it is not performed, Errno its error.
	Value int64
	Errno unix.Errno
	// Sent, if set, is called when the caller has got its answer, which says
	// that it was alive until then. It goes on meanwhile.
	Sent func()
}

// notif, data and resp are the kernel's struct seccomp_notif, seccomp_data
// and seccomp_notif_resp.
type notif struct {
	id    uint64
	pid   uint32
	flags uint32
	data  data
}

type data struct {
	nr   uint32
	arch uint32
	ip   uint64
	args [6]uint64
}

type resp struct {
	id    uint64
	val   int64
	error int32
	flags uint32
}

// ioctls of a listener that golang.org/x/sys lacks.
const (
	ioctlIDValid  = 0x40082102 // SECCOMP_IOCTL_NOTIF_ID_VALID
	ioctlSetFlags = 0x40082104 // SECCOMP_IOCTL_NOTIF_SET_FLAGS
)

// Serve hands each waiting call to answer, one after the other, until no
// process with the filter is left. It closes the listener: calls that wait
// then fail with ENOSYS, so the caller kills the processes when it ends early.
func Serve(listener *os.File, answer func(*Call) Answer) error {
	defer listener.Close()
	fd := int(listener.Fd())
	// Linux 6.6: wake the one who waits on the same CPU; elsewhere unknown.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(fd), ioctlSetFlags, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	waitFirst := !endsByItself()
	for {
		call, err := receive(fd, waitFirst)
		if err != nil {
			return fmt.Errorf("receive a system call: %w", err)
		}
		if call == nil {
			return nil
		}
		a := answer(call)
		switch err := call.reply(a); {
		case err == unix.ENOENT: // it was killed
		case err != nil:
			return fmt.Errorf("answer a system call: %w", err)
		case a.Sent != nil:
			a.Sent()
		}
	}
}

// receive waits for the next call; nil means that nobody is left.
func receive(fd int, waitFirst bool) (*Call, error) {
	for {
		if waitFirst {
			if left, err := wait(fd, -1); err != nil || !left {
				return nil, err
			}
		}
		var n notif
		switch err := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); err {
		case nil:
			return &Call{PID: int(n.pid), Number: n.data.nr, Args: n.data.args, id: n.id, listener: fd}, nil
		case unix.EINTR:
		case unix.ENOENT: // the caller was killed meanwhile, or nobody is left
			if left, err := wait(fd, 0); err != nil || !left {
				return nil, err
			}
		default:
			return nil, err
		}
	}
}

// wait tells whether a process with the filter is left.
func wait(fd, timeout int) (bool, error) {
	poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(poll, timeout)
		if err == unix.EINTR {
			continue
		}
		gone := poll[0].Revents&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
		return poll[0].Revents&unix.POLLIN != 0 || !gone, err
	}
}

// endsByItself tells whether receiving ends when the last process does, as it
// does from Linux 6.11 on. Before, only poll tells.
func endsByItself() bool {
	var name unix.Utsname
	var major, minor int
	if unix.Uname(&name) != nil {
		return false
	}
	_, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	return err == nil && (major > 6 || major == 6 && minor >= 11)
}

// Valid tells whether the caller still waits: whatever was read under its pid
// before was its own, not that of a later process with the same number.
func (c *Call) Valid() bool {
	return quickIoctl(c.listener, ioctlIDValid, unsafe.Pointer(&c.id)) == nil
}

func (c *Call) reply(a Answer) error {
	r := resp{id: c.id, val: a.Value, error: -int32(a.Errno)}
	if a.Continue {
		r = resp{id: c.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	}
	return quickIoctl(c.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

// quickIoctl is for calls that never block: the Go scheduler need not know.
func quickIoctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

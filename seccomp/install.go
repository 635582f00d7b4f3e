package seccomp

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Marshal writes a program as the kernel has it in memory, for another process
// of this machine.
func Marshal(program []bpf.RawInstruction) []byte {
	b := make([]byte, 0, 8*len(program))
	for _, in := range program {
		b = binary.NativeEndian.AppendUint16(b, in.Op)
		b = append(b, in.Jt, in.Jf)
		b = binary.NativeEndian.AppendUint32(b, in.K)
	}
	return b
}

// Unmarshal reads what [Marshal] wrote.
func Unmarshal(b []byte) []bpf.RawInstruction {
	var program []bpf.RawInstruction
	for ; len(b) >= 8; b = b[8:] {
		program = append(program, bpf.RawInstruction{
			Op: binary.NativeEndian.Uint16(b), Jt: b[2], Jf: b[3], K: binary.NativeEndian.Uint32(b[4:]),
		})
	}
	return program
}

// Install makes the kernel run program at every system call of all threads of
// this process and of all that they start, for good. no_new_privs must be set.
// The listener answers the calls that the program leaves to a supervisor; a
// filter above that has one already is an error.
func Install(program []bpf.RawInstruction) (listener *os.File, err error) {
	filter := make([]unix.SockFilter, len(program))
	for i, in := range program {
		filter[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	const flags = unix.SECCOMP_FILTER_FLAG_TSYNC | unix.SECCOMP_FILTER_FLAG_TSYNC_ESRCH | unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
	fd, err := set(flags|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &prog)
	if err == unix.EINVAL {
		// Before Linux 5.19: a signal may interrupt a call that waits for
		// its answer, and the call starts again.
		fd, err = set(flags, &prog)
	}
	runtime.KeepAlive(filter)
	if err != nil {
		return nil, fmt.Errorf("install the system call filter: %w", err)
	}
	return os.NewFile(uintptr(fd), "seccomp listener"), nil
}

func set(flags uintptr, prog *unix.SockFprog) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(prog)))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// Try tells whether the kernel would take program, with a listener. The
// calling thread, which must be locked, keeps it: it is good for nothing more
// than to end soon.
func Try(program []bpf.RawInstruction) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	listener, err := Install(program)
	if err != nil {
		return err
	}
	return listener.Close()
}

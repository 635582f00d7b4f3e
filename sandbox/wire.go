package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// The caller and its supervisor talk over one SOCK_SEQPACKET socket: each
// message asks for one run and carries nothing but descriptors, in the order
// below, then the sources, then where observations go if they are asked for. The answer, one JSON value, comes over the run's
// own stream socket; when the caller closes that, the run is killed.
const (
	msgControl = iota
	msgSpec
	msgOutput
	msgStatus
	msgSources
)

// maxSources keeps a message below the kernel's 253 descriptors.
const maxSources = 200

var errClosed = errors.New("connection closed")

// answer is what the supervisor says of a run.
type answer struct {
	Error       string `json:"error,omitempty"`
	Unsupported bool   `json:"unsupported,omitempty"`
	Memory      bool   `json:"memory,omitempty"` // it took too much
	Exit        int    `json:"exit"`
	CPU         int64  `json:"cpu"` // nanoseconds
	MaxRSS      int64  `json:"maxrss"`
	Processes   int64  `json:"processes"`
}

func sendFiles(sock *os.File, files []*os.File) error {
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	return onFd(sock, func(fd int) error {
		return unix.Sendmsg(fd, []byte{1}, unix.UnixRights(fds...), nil, unix.MSG_NOSIGNAL)
	})
}

// receiveFiles returns errClosed when the other side is gone.
func receiveFiles(sock *os.File) ([]*os.File, error) {
	files, _, err := receiveFrom(sock)
	return files, err
}

// receiveFrom also gives the sender's pid, as this process's namespace has it,
// when the socket was told to pass credentials.
func receiveFrom(sock *os.File) ([]*os.File, int, error) {
	buf := make([]byte, 1)
	oob := make([]byte, unix.CmsgSpace(4*253)+unix.CmsgSpace(unix.SizeofUcred))
	var n, oobn int
	err := onFd(sock, func(fd int) (err error) {
		n, oobn, _, _, err = unix.Recvmsg(fd, buf, oob, unix.MSG_CMSG_CLOEXEC)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("receive request: %w", err)
	}
	if n == 0 {
		return nil, 0, errClosed
	}
	return parseMessage(oob[:oobn])
}

func parseMessage(oob []byte) (files []*os.File, pid int, err error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, 0, fmt.Errorf("parse request: %w", err)
	}
	for _, m := range messages {
		if m.Header.Type == unix.SCM_CREDENTIALS {
			if c, err := unix.ParseUnixCredentials(&m); err == nil {
				pid = int(c.Pid)
			}
			continue
		}
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			closeAll(files)
			return nil, 0, fmt.Errorf("parse request: %w", err)
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files, pid, nil
}

func onFd(f *os.File, call func(fd int) error) error {
	for {
		if err := call(int(f.Fd())); err != unix.EINTR {
			return err
		}
	}
}

// socketpair returns two connected, blocking sockets.
func socketpair(kind int) (a, b *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket pair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "socket"), os.NewFile(uintptr(fds[1]), "socket"), nil
}

// sealedJSON holds v in memory that nobody can change any more.
func sealedJSON(v any) (*os.File, error) {
	fd, err := unix.MemfdCreate("belljar-spec", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("make a memory file: %w", err)
	}
	f := os.NewFile(uintptr(fd), "spec")
	if err := json.NewEncoder(f).Encode(v); err != nil {
		return nil, errors.Join(fmt.Errorf("encode spec: %w", err), f.Close())
	}
	seals := unix.F_SEAL_SEAL | unix.F_SEAL_WRITE | unix.F_SEAL_GROW | unix.F_SEAL_SHRINK
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, errors.Join(fmt.Errorf("seal spec: %w", err), f.Close())
	}
	return f, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

func readAnswer(control io.Reader) (*answer, error) {
	var a answer
	if err := json.NewDecoder(control).Decode(&a); err != nil {
		return nil, err
	}
	return &a, nil
}

// Package terminal connects a person's terminal with one that was made inside
// a sandbox. Bytes go to and fro; the sandbox never holds a descriptor of the
// person's own.
package terminal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Is tells whether f is a terminal.
func Is(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Receive waits for a terminal's other end on the socket. io.EOF means that
// nobody will send one.
func Receive(socket *os.File) (*os.File, error) {
	buf, oob := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := unix.Recvmsg(int(socket.Fd()), buf, oob, unix.MSG_CMSG_CLOEXEC)
	for err == unix.EINTR {
		n, oobn, _, _, err = unix.Recvmsg(int(socket.Fd()), buf, oob, unix.MSG_CMSG_CLOEXEC)
	}
	if err != nil {
		return nil, fmt.Errorf("receive a terminal: %w", err)
	}
	if n == 0 {
		return nil, io.EOF
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		return nil, fmt.Errorf("receive a terminal: %d messages, %v", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, fmt.Errorf("receive a terminal: %d descriptors, %v", len(fds), err)
	}
	return os.NewFile(uintptr(fds[0]), "terminal"), nil
}

// Attach puts person's terminal into raw mode and copies between it and inner
// until inner's programs are gone; then the terminal is as it was.
func Attach(person, output, inner *os.File) (err error) {
	state, err := term.MakeRaw(int(person.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() {
		// What a program inside has asked the terminal must not be answered
		// to the person's own shell.
		_ = unix.IoctlSetInt(int(person.Fd()), unix.TCFLSH, unix.TCIFLUSH)
		err = errors.Join(err, term.Restore(int(person.Fd()), state))
	}()
	stop := followSize(person, inner)
	defer stop()
	go func() { _, _ = io.Copy(inner, person) }()
	_, err = io.Copy(output, inner)
	if errors.Is(err, unix.EIO) { // how Linux says that the other end is closed
		err = nil
	}
	return err
}

// followSize gives inner the size of the person's window, now and whenever it
// changes.
func followSize(person, inner *os.File) (stop func()) {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	changes <- unix.SIGWINCH
	go func() {
		for range changes {
			_ = pty.InheritSize(person, inner) // a window without a size is no reason to end
		}
	}()
	return func() { signal.Stop(changes); close(changes) }
}

package step

import (
	"errors"
	"fmt"
	"os"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// openTerminal makes a pseudo terminal inside the sandbox and sends its other
// end through the socket: nothing of the caller's own terminal comes in.
func openTerminal(socket *os.File) (*os.File, error) {
	defer socket.Close()
	master, tty, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("make a terminal: %w", err)
	}
	defer master.Close()
	if err := unix.Sendmsg(int(socket.Fd()), []byte{0}, unix.UnixRights(int(master.Fd())), nil, unix.MSG_NOSIGNAL); err != nil {
		return nil, errors.Join(fmt.Errorf("hand over the terminal: %w", err), tty.Close())
	}
	return tty, nil
}

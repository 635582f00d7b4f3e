package escape

import (
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// swap hands the visitor the canary's folder, and writes the marker through
// whatever descriptor the visitor brings: both ways in which a helper outside
// could turn a socket into an escape.
func (o *outsider) swap(c *net.UnixConn) {
	folder, err := os.Open(o.dir)
	if err != nil {
		return
	}
	defer folder.Close()
	_, _, _ = c.WriteMsgUnix([]byte("a gift"), unix.UnixRights(int(folder.Fd())), nil)
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	oob := make([]byte, unix.CmsgSpace(4*16))
	_, n, _, _, err := c.ReadMsgUnix(make([]byte, 64), oob)
	if err != nil || n == 0 {
		return
	}
	messages, _ := unix.ParseSocketControlMessage(oob[:n])
	for _, m := range messages {
		fds, _ := unix.ParseUnixRights(&m)
		for _, fd := range fds {
			o.note(fmt.Sprintf("a descriptor came out: %d", fd))
			unix.Close(fd)
		}
	}
}

package seccomp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const page = 4096

// Text is the string at an address of the caller's memory, without its NUL and
// at most limit bytes long. What it says may change after it was read.
func (c *Call) Text(address uint64, limit int) (string, error) {
	var small [256]byte // most paths are short
	buf := small[:]
	var text []byte
	for len(text) < limit {
		// Not beyond the page: the next may not be there.
		n, err := c.read(address, buf[:min(uint64(len(buf)), page-address%page)])
		if err != nil {
			return "", err
		}
		if end := bytes.IndexByte(buf[:n], 0); end >= 0 {
			text = append(text, buf[:end]...)
			break
		}
		text = append(text, buf[:n]...)
		address += uint64(n)
		if len(buf) < page {
			buf = make([]byte, page)
		}
	}
	return string(text[:min(len(text), limit)]), nil
}

// Texts are the strings that a NULL-terminated array points to, as execve has
// them: at most count, of at most limit bytes together.
func (c *Call) Texts(address uint64, count, limit int) ([]string, error) {
	var texts []string
	pointer := make([]byte, 8)
	for ; len(texts) < count && limit > 0; address += 8 {
		if _, err := c.read(address, pointer); err != nil {
			return nil, err
		}
		at := binary.NativeEndian.Uint64(pointer)
		if at == 0 {
			break
		}
		text, err := c.Text(at, limit)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
		limit -= len(text) + 1
	}
	return texts, nil
}

// Bytes are n bytes at an address of the caller's memory.
func (c *Call) Bytes(address uint64, n int) ([]byte, error) {
	buf := make([]byte, n)
	got, err := c.read(address, buf)
	return buf[:got], err
}

func (c *Call) read(address uint64, buf []byte) (int, error) {
	local := unix.Iovec{Base: &buf[0]}
	local.SetLen(len(buf))
	remote := unix.RemoteIovec{Base: uintptr(address), Len: len(buf)}
	// It never blocks for long: the Go scheduler need not know.
	n, _, errno := unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(c.PID),
		uintptr(unsafe.Pointer(&local)), 1, uintptr(unsafe.Pointer(&remote)), 1, 0)
	runtime.KeepAlive(buf)
	if errno == unix.EFAULT || errno == 0 && n == 0 {
		return c.readForced(address, buf)
	}
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// readForced reads what the caller itself may not: the kernel reads a path in a
// page that is only for writing, too.
func (c *Call) readForced(address uint64, buf []byte) (int, error) {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", c.PID))
	if err != nil {
		return 0, unix.EFAULT
	}
	defer mem.Close()
	n, _ := mem.ReadAt(buf, int64(address)) // as much as there is
	if n <= 0 {
		return 0, unix.EFAULT
	}
	return n, nil
}

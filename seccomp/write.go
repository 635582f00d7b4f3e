package seccomp

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Write puts b into the caller's memory, where the caller itself may write;
// EFAULT elsewhere.
func (c *Call) Write(address uint64, b []byte) error {
	process, err := c.process()
	if err != nil {
		return err
	}
	defer process.Close()
	maps, err := openIn(process, "maps", unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer maps.Close()
	if !writable(maps, address, uint64(len(b))) {
		return unix.EFAULT
	}
	return force(process, address, b)
}

// Force puts b into the caller's memory, into what it may only read too: it gets
// a copy of its own of such a page.
func (c *Call) Force(address uint64, b []byte) error {
	process, err := c.process()
	if err != nil {
		return err
	}
	defer process.Close()
	return force(process, address, b)
}

func force(process *os.File, address uint64, b []byte) error {
	mem, err := openIn(process, "mem", unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer mem.Close()
	_, err = mem.WriteAt(b, int64(address))
	return err
}

// process is the caller's folder in /proc: one process's for good, whoever has
// its pid later.
func (c *Call) process() (*os.File, error) {
	process, err := os.Open(fmt.Sprintf("/proc/%d", c.PID))
	if err != nil {
		return nil, err
	}
	if !c.Valid() {
		_ = process.Close()
		return nil, unix.ESRCH
	}
	return process, nil
}

func openIn(dir *os.File, name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(dir.Fd()), name, flags|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// writable tells whether n bytes at address lie in mappings that their process
// may write. /proc/PID/mem would write into read-only ones too.
func writable(maps io.Reader, address, n uint64) bool {
	lines := bufio.NewScanner(maps)
	for lines.Scan() && n > 0 {
		var from, to uint64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil {
			return false
		}
		if address < from || address >= to {
			continue
		}
		if !strings.Contains(rights, "w") {
			return false
		}
		if n <= to-address {
			return true
		}
		n -= to - address
		address = to
	}
	return false
}

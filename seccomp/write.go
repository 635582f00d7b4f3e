package seccomp

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
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
	mem, err := openIn(process, "mem", unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer mem.Close()
	_, err = mem.WriteAt(b, int64(address))
	return err
}

// Put is [Call.Write] without a look at what the caller may write: it costs a
// fraction of that.
//
// The open mem stays with the memory of whom it was opened for. That was the
// caller if it still waits afterwards; and should it end then, nobody else's
// memory is reached, as it would with process_vm_writev and a pid that was
// given to another. Unlike a system call, mem also writes where the caller may
// only read, but then into the caller's private copy alone: the kernel breaks
// the sharing of a private page first, and refuses a shared one. A build that
// wants that can have it from mprotect.
func (c *Call) Put(address uint64, b []byte) error {
	mem, err := unix.Open("/proc/"+strconv.Itoa(c.PID)+"/mem", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(mem)
	if !c.Valid() {
		return unix.ESRCH
	}
	if address > math.MaxInt64 {
		return unix.EFAULT
	}
	n, err := unix.Pwrite(mem, b, int64(address))
	if err != nil || n < len(b) { // EIO says that no page can be written
		return unix.EFAULT
	}
	return nil
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

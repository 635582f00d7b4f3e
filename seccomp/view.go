package seccomp

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// The machine that every build sees. The release is that of the oldest
// distribution whose toolchain belljar ships.
const (
	Release = "5.10.0"
	Version = "#1 SMP belljar"
)

const memory = 4 << 30 // bytes

// AnswerView answers the calls that would tell of the machine: always the
// same. ok is false for any other call.
func AnswerView(c *Call) (a Answer, ok bool) {
	var b []byte
	switch c.Number {
	case unix.SYS_UNAME:
		b = utsname()
	case unix.SYS_SYSINFO:
		b = sysinfo()
	default:
		return a, false
	}
	if err := c.write(c.Args[0], b); err != nil {
		a.Errno = unix.EFAULT
	}
	return a, true
}

// utsname is the kernel's struct new_utsname: six names of 65 bytes.
func utsname() []byte {
	b := make([]byte, 6*65)
	for i, s := range []string{"Linux", "localhost", Release, Version, "x86_64", "localdomain"} {
		copy(b[i*65:], s)
	}
	return b
}

// sysinfo is the kernel's struct sysinfo of a machine that was just started.
func sysinfo() []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.NativeEndian, struct {
		Uptime                                  int64
		Loads                                   [3]uint64
		TotalRAM, FreeRAM, SharedRAM, BufferRAM uint64
		TotalSwap, FreeSwap                     uint64
		Procs, _                                uint16
		_                                       uint32
		TotalHigh, FreeHigh                     uint64
		Unit                                    uint32
		_                                       uint32
	}{Uptime: 1, TotalRAM: memory, FreeRAM: memory / 2, Procs: 1, Unit: 1})
	return b.Bytes()
}

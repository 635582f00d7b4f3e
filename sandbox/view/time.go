package view

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// time answers what asks for the time of day, or waits for one.
func (w *Viewer) time(c *seccomp.Call) (a seccomp.Answer, ok bool) {
	now := w.clock.reading(time.Now().UnixNano())
	switch c.Number {
	case unix.SYS_ARCH_PRCTL: // the first call of every program that can be told
		w.vdso.replace(c)
	case unix.SYS_CLOCK_GETTIME:
		return fill(c, c.Args[1], timespec(now)), true
	case unix.SYS_GETTIMEOFDAY:
		return w.timeOfDay(c, now), true
	case unix.SYS_TIME:
		a := seccomp.Answer{Value: now / int64(time.Second)}
		if c.Args[0] != 0 {
			a.Errno = fill(c, c.Args[0], binary.NativeEndian.AppendUint64(nil, uint64(a.Value))).Errno
		}
		return a, true
	case unix.SYS_CLOCK_NANOSLEEP:
		w.deadline(c, c.Args[2])
	case unix.SYS_FUTEX:
		w.deadline(c, c.Args[3])
	default:
		return a, false
	}
	return seccomp.Answer{Continue: true}, true
}

func (w *Viewer) timeOfDay(c *seccomp.Call, now int64) (a seccomp.Answer) {
	if c.Args[0] != 0 {
		b := timespec(now)
		binary.NativeEndian.PutUint64(b[8:], uint64(now%int64(time.Second)/int64(time.Microsecond)))
		a = fill(c, c.Args[0], b)
	}
	if c.Args[1] != 0 && a.Errno == 0 { // the time zone, which nobody sets
		a = fill(c, c.Args[1], make([]byte, 8))
	}
	return a
}

func timespec(t int64) []byte {
	b := binary.NativeEndian.AppendUint64(nil, uint64(t/int64(time.Second)))
	return binary.NativeEndian.AppendUint64(b, uint64(t%int64(time.Second)))
}

// deadline turns an absolute time that the caller is about to wait for into the
// machine's, in the caller's memory: the kernel does the waiting. A caller that
// waits again for the same finds it turned already; that it has passed, by the
// clock inside, is what it is told then.
func (w *Viewer) deadline(c *seccomp.Call, address uint64) {
	b, err := c.Bytes(address, 16)
	if address == 0 || err != nil || len(b) < 16 {
		return
	}
	seconds, nanos := binary.NativeEndian.Uint64(b), binary.NativeEndian.Uint64(b[8:])
	if seconds > 1<<33 || nanos >= uint64(time.Second) {
		return
	}
	t := int64(seconds)*int64(time.Second) + int64(nanos)
	// Within a month of the time inside it is one of that clock's.
	const month = int64(31 * 24 * time.Hour)
	now := time.Now().UnixNano()
	if reading := w.clock.reading(now); t < reading-month || t > reading+month {
		return
	}
	_ = c.Put(address, timespec(w.clock.waits(t, now)))
}

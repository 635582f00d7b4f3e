package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// Viewer answers for one sandbox. It is not safe for concurrent use.
type Viewer struct {
	view   View
	clock  *clock                // nil: the machine's
	files  *files                // nil: nothing to say of them
	random map[int]*rand.ChaCha8 // by process; nil: the kernel's
	vdso   *vdso
}

// NewViewer answers as v says in the sandbox with this root, which starts now.
// An error says that this kernel does not let v be shown.
func NewViewer(root *os.File, v View) (*Viewer, error) {
	w := &Viewer{view: v}
	if v.Clock != nil {
		w.clock = newClock(*v.Clock, time.Now())
		var err error
		if w.vdso, err = readVDSO(); err != nil {
			return nil, err
		}
	}
	if v.Files != nil || v.Clock != nil {
		var shown Files
		if v.Files != nil {
			shown = *v.Files
		}
		w.files = newFiles(root, shown, w.clock)
	}
	if v.Random != 0 {
		w.random = map[int]*rand.ChaCha8{}
	}
	return w, nil
}

// Answer answers a call that asks for what the viewer shows; ok is false for
// any other.
func (w *Viewer) Answer(c *seccomp.Call) (a seccomp.Answer, ok bool) {
	switch c.Number {
	case unix.SYS_UNAME:
		return filled(c.Write(c.Args[0], w.utsname())), true
	case unix.SYS_SYSINFO:
		return filled(c.Write(c.Args[0], w.sysinfo())), true
	case unix.SYS_GETRANDOM:
		if w.random != nil {
			return w.getrandom(c)
		}
	}
	if w.clock != nil {
		if a, ok := w.time(c); ok {
			return a, true
		}
	}
	if w.files != nil {
		return w.files.answer(c)
	}
	return a, false
}

// Err tells why something was not shown as it should have been: this kernel did
// not let it. What the sandbox made is worth nothing as a test then.
func (w *Viewer) Err() error {
	var err error
	if w.files != nil {
		err = w.files.err()
	}
	if w.vdso != nil {
		err = errors.Join(err, w.vdso.refused)
	}
	return err
}

// fill answers with b at an address of the caller's.
func fill(c *seccomp.Call, address uint64, b []byte) seccomp.Answer {
	return filled(c.Put(address, b))
}

func filled(err error) (a seccomp.Answer) {
	if err != nil {
		a.Errno = unix.EFAULT
	}
	return a
}

// utsname is the kernel's struct new_utsname: six names of 65 bytes.
func (w *Viewer) utsname() []byte {
	v := &w.view
	b := make([]byte, 6*65)
	for i, s := range []string{
		"Linux", cmp.Or(v.Host, Host), cmp.Or(v.Release, Release), cmp.Or(v.Version, Version), "x86_64", cmp.Or(v.Domain, Domain),
	} {
		copy(b[i*65:i*65+64], s)
	}
	return b
}

// sysinfo is the kernel's struct sysinfo of a machine that was just started.
func (w *Viewer) sysinfo() []byte {
	memory := cmp.Or(w.view.Memory, Memory)
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

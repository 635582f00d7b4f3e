package view

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"strconv"

	"belljar.build/seccomp"
)

// maxRandom is how much one call gives, in bytes: who wants more asks again.
const maxRandom = 1 << 16

// maxStreams bounds the processes whose streams are kept.
const maxStreams = 1 << 16

// getrandom gives each process a stream of its own: with one for all, what a
// process gets would be a matter of who asks first.
func (w *Viewer) getrandom(c *seccomp.Call) (a seccomp.Answer, ok bool) {
	pid := insidePid(c.PID)
	if pid == 0 {
		return seccomp.Answer{Continue: true}, true // it is ending
	}
	b := make([]byte, min(c.Args[1], maxRandom))
	_, _ = w.stream(pid).Read(b) // never fails
	if len(b) == 0 {
		return a, true
	}
	if a = fill(c, c.Args[0], b); a.Errno == 0 {
		a.Value = int64(len(b))
	}
	return a, true
}

// stream is that of a process, of whatever number steps begin with.
func (w *Viewer) stream(pid int) *rand.ChaCha8 {
	process := pid - w.view.Pids
	known := w.random[process]
	if known == nil {
		if len(w.random) == maxStreams {
			clear(w.random)
		}
		known = rand.NewChaCha8(seed(w.view.Random, uint64(process)))
		w.random[process] = known
	}
	return known
}

// insidePid is the number that a thread's process has in the sandbox, 0 when it is
// gone.
func insidePid(pid int) int {
	status, err := os.ReadFile(procOf(pid, "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nNStgid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(fields[len(fields)-1]))
	return n
}

// Feed writes the random stream of v to a pipe that stands for /dev/urandom,
// until the pipe is closed.
func Feed(pipe *os.File, v View) {
	random := rand.NewChaCha8(seed(v.Random, 0))
	b := make([]byte, 4096)
	for {
		_, _ = random.Read(b)
		if _, err := pipe.Write(b); err != nil {
			return
		}
	}
}

func seed(n, stream uint64) (s [32]byte) {
	binary.NativeEndian.PutUint64(s[:], n)
	binary.NativeEndian.PutUint64(s[8:], stream)
	return s
}

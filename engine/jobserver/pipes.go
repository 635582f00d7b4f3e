package jobserver

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// pipes are our ends of a member's two pipes. None of them can block: what is
// inside may fill and empty them as it likes.
type pipes struct {
	offers int      // write end of the pipe with tokens on offer
	taken  int      // its read end, opened anew: make sets its own to what it likes
	back   *os.File // read end of the pipe by which tokens come back
}

func newPipes() (p *pipes, read, write *os.File, err error) {
	var there, back [2]int
	if err := unix.Pipe2(there[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, nil, err
	}
	if err := unix.Pipe2(back[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, nil, errors.Join(err, unix.Close(there[0]), unix.Close(there[1]))
	}
	read, write = os.NewFile(uintptr(there[0]), "tokens on offer"), os.NewFile(uintptr(back[1]), "tokens back")
	taken, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", there[0]), unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err == nil {
		err = errors.Join(unix.SetNonblock(there[1], true), unix.SetNonblock(back[0], true))
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, read.Close(), write.Close(), unix.Close(there[1]), unix.Close(back[0]))
	}
	return &pipes{offers: there[1], taken: taken, back: os.NewFile(uintptr(back[0]), "returned tokens")}, read, write, nil
}

func (p *pipes) close() {
	_ = unix.Close(p.offers)
	_ = unix.Close(p.taken)
	_ = p.back.Close()
}

// count says how many tokens are on offer.
func (p *pipes) count() int {
	n, err := unix.IoctlGetInt(p.taken, unix.TIOCINQ) // FIONREAD by another name
	if err != nil {
		return 0
	}
	return n
}

// drain takes up to n bytes off the offer, and says how many.
func (p *pipes) drain(n int) int {
	got, err := unix.Read(p.taken, make([]byte, n))
	if err != nil {
		return 0
	}
	return got
}

// put offers a token; false when the pipe is full of what we did not put
// there, or nobody is left to read it.
func (p *pipes) put() bool {
	n, err := unix.Write(p.offers, []byte{'+'})
	return n == 1 && err == nil
}

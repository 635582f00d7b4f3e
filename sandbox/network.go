package sandbox

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// networks gives each sandbox a network namespace of its own, used by nobody
// before, with the loopback device up. The kernel takes a millisecond to make
// one and libcontainer another to bring loopback up: the next is made while a
// sandbox runs.
type networks struct {
	ready chan network
}

type network struct {
	ns  *os.File
	err error
}

func newNetworks() *networks {
	n := &networks{ready: make(chan network)}
	go n.next()
	return n
}

// next makes one on a thread that then ends: an ordinary user's cannot go back
// to the namespace that it came from.
func (n *networks) next() {
	runtime.LockOSThread() // and never unlocked
	ns, err := makeNetwork()
	n.ready <- network{ns, err}
	go n.next()
}

// take gives a namespace that nobody else gets; the caller closes it.
func (n *networks) take() (*os.File, error) {
	next := <-n.ready
	return next.ns, next.err
}

// makeNetwork moves the calling thread into a new namespace.
func makeNetwork() (*os.File, error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("make a network namespace: %w: %w", ErrUnsupported, err)
	}
	if err := loopbackUp(); err != nil {
		return nil, fmt.Errorf("bring loopback up in a network namespace: %w", err)
	}
	ns, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, fmt.Errorf("open a network namespace: %w", err)
	}
	return ns, nil
}

func loopbackUp() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo)
}

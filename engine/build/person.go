package build

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"belljar.build/engine/terminal"
)

// person connects who sits at belljar shell with the sandbox. Nothing of his
// own comes inside: pipes, or a socket that brings a terminal out.
type person struct {
	messages *os.File   // takes what belljar itself and stderr print
	inside   []*os.File // stdin and stdout, or the socket
	finish   []func() error
}

func newPerson(s ShellOptions, tty bool) (p *person, err error) {
	p = &person{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	messages, err := p.copyTo(s.Stderr)
	if err != nil {
		return p, err
	}
	p.messages = messages
	if tty {
		return p, p.socket(s)
	}
	return p, p.pipes(s)
}

func (p *person) pipes(s ShellOptions) error {
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe: %w", err)
	}
	p.inside = append(p.inside, read)
	go func() {
		_, _ = io.Copy(write, s.Stdin) // ends when nobody reads any more
		_ = write.Close()
	}()
	stdout, err := p.copyTo(s.Stdout)
	if err != nil {
		return err
	}
	p.inside = append(p.inside, stdout)
	return nil
}

func (p *person) socket(s ShellOptions) error {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("make a socket pair: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "socket"), os.NewFile(uintptr(fds[1]), "socket")
	p.inside = append(p.inside, theirs)
	ended := make(chan error, 1)
	go func() { ended <- attach(ours, s) }()
	p.finish = append(p.finish, func() error { return <-ended })
	return nil
}

func attach(socket *os.File, s ShellOptions) error {
	defer socket.Close()
	inner, err := terminal.Receive(socket)
	if errors.Is(err, io.EOF) {
		return nil // the sandbox ended before; it says why
	}
	if err != nil {
		return err
	}
	defer inner.Close()
	return terminal.Attach(s.Stdin, s.Stdout, inner)
}

// copyTo gives a pipe whose content goes to out.
func (p *person) copyTo(out io.Writer) (*os.File, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(out, read)
		if err != nil { // belljar shell PART -- yes | head
			_, _ = io.Copy(io.Discard, read)
		}
		done <- read.Close()
	}()
	p.finish = append(p.finish, func() error { return <-done })
	return write, nil
}

// close closes the sandbox's ends and waits for the last byte.
func (p *person) close() error {
	closeFiles(append(p.inside, p.messages))
	var err error
	for _, f := range p.finish {
		err = errors.Join(err, f())
	}
	return err
}

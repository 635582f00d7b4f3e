package terminal

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// ErrBackground says that the terminal belongs to another job of the shell.
var ErrBackground = errors.New("the terminal is another job's")

// Keys lets every key of person's terminal be read at once and unseen; Ctrl-C
// and Ctrl-Z still do what they do. restore puts the terminal back.
func Keys(person *os.File) (keys <-chan byte, restore func() error, err error) {
	fd := int(person.Fd())
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	if err != nil {
		return nil, nil, fmt.Errorf("look at the terminal: %w", err)
	}
	if group != unix.Getpgrp() {
		return nil, nil, ErrBackground // changing it would stop this program
	}
	old, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, nil, fmt.Errorf("look at the terminal: %w", err)
	}
	new := *old
	new.Lflag &^= unix.ICANON | unix.ECHO
	new.Cc[unix.VMIN], new.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &new); err != nil {
		return nil, nil, fmt.Errorf("prepare the terminal: %w", err)
	}
	read := make(chan byte, 16)
	go func() {
		defer close(read)
		var b [1]byte
		for {
			n, err := person.Read(b[:])
			if err != nil || n == 0 {
				return
			}
			read <- b[0]
		}
	}()
	return read, func() error { return unix.IoctlSetTermios(fd, unix.TCSETS, old) }, nil
}

// Size is that of a terminal; 80 by 24 when it does not say.
func Size(f *os.File) (columns, rows int) {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

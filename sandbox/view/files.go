package view

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// files answers what is asked about files. It is not safe for concurrent use.
//
// It performs the call itself, as the build, and writes the altered result
// into the caller's memory. What fails, what is on /proc and what is odd it
// leaves to the kernel, which then finds the right error too.
type files struct {
	root  *os.File // of the sandbox
	shows Files
	clock *clock // nil: the machine's

	handlers map[uint32]handler
	build    *identity // nil until the first call
	devices  map[uint64]*device
	plain    int    // devices that are plain
	inodes   uint32 // that were numbered
	listings *listings
	refused  error // the first time
	now      int64 // or earlier, in nanoseconds since 1970
}

// handler answers one system call; after an error, the kernel does.
type handler func(*files, *seccomp.Call) (seccomp.Answer, error)

func newFiles(root *os.File, f Files, c *clock) *files {
	return &files{
		root: root, shows: f, clock: c,
		handlers: handlers(f, c != nil), devices: map[uint64]*device{}, listings: newListings(),
	}
}

// fileCalls are the system calls that answer wants to see.
func fileCalls(f Files, clock bool) []string {
	var names []string
	if clock || f.Inodes != "" || f.Other {
		names = append(names, "stat", "lstat", "fstat", "newfstatat", "statx")
	}
	if clock {
		names = append(names, "utimensat", "utimes", "futimesat", "utime")
	}
	if f.Inodes != "" || f.Order != "" {
		names = append(names, "getdents", "getdents64")
	}
	if f.Other {
		names = append(names, "statfs", "fstatfs")
	}
	return names
}

// handlers are those of fileCalls.
func handlers(f Files, clock bool) map[uint32]handler {
	all := map[string]struct {
		number uint32
		answer handler
	}{
		"stat":       {unix.SYS_STAT, (*files).stat},
		"lstat":      {unix.SYS_LSTAT, (*files).lstat},
		"fstat":      {unix.SYS_FSTAT, (*files).fstat},
		"newfstatat": {unix.SYS_NEWFSTATAT, (*files).fstatat},
		"statx":      {unix.SYS_STATX, (*files).statx},
		"utimensat":  {unix.SYS_UTIMENSAT, (*files).utimensat},
		"utimes":     {unix.SYS_UTIMES, (*files).utimes},
		"futimesat":  {unix.SYS_FUTIMESAT, (*files).futimesat},
		"utime":      {unix.SYS_UTIME, (*files).utime},
		"getdents":   {unix.SYS_GETDENTS, (*files).getdents},
		"getdents64": {unix.SYS_GETDENTS64, (*files).getdents64},
		"statfs":     {unix.SYS_STATFS, (*files).statfs},
		"fstatfs":    {unix.SYS_FSTATFS, (*files).fstatfs},
	}
	h := map[uint32]handler{}
	for _, name := range fileCalls(f, clock) {
		h[all[name].number] = all[name].answer
	}
	return h
}

// answer is what the caller gets; ok is false for a call that is not its own.
// What it cannot answer better than the kernel, the kernel answers.
func (f *files) answer(c *seccomp.Call) (a seccomp.Answer, ok bool) {
	h, ok := f.handlers[c.Number]
	if !ok {
		return a, false
	}
	err := f.meet(c)
	if err == nil {
		a, err = h(f, c)
	}
	if err == nil {
		return a, true
	}
	// Of who is ending, everything is refused.
	if errors.Is(err, errRefused) && f.refused == nil && c.Valid() {
		f.refused = err
	}
	return seccomp.Answer{Continue: true}, true
}

// meet finds out who the build is, at its first call.
func (f *files) meet(c *seccomp.Call) (err error) {
	if f.build == nil {
		f.build, err = identify(c)
	}
	return err
}

// errRefused says that the machine did not let this process see to a call:
// somebody was shown files as they are. That is so for every call where the
// supervisor lacks a right, and for programs that nobody may read.
var errRefused = errors.New("not shown other files")

func refused(what string, err error) error {
	return fmt.Errorf("%w: %s: %w: a check looks into its builds, which sysctl kernel.yama.ptrace_scope=3 forbids", errRefused, what, err)
}

// err is the first refusal. It wraps errRefused.
func (f *files) err() error { return f.refused }

// put writes a call's result into the caller's memory.
func put(c *seccomp.Call, address uint64, b []byte) error {
	err := c.Put(address, b)
	if err == unix.EPERM || err == unix.EACCES {
		err = refused("write into a build's memory", err)
	}
	return err
}

package view

import (
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Calls are the system calls that a [Viewer] of v must be asked about, besides
// uname and sysinfo, which every sandbox asks about.
func (v View) Calls() []specs.LinuxSyscall {
	var all []specs.LinuxSyscall
	if v.Random != 0 {
		all = append(all, asked("getrandom"))
	}
	if v.Clock != nil {
		all = append(all, clockCalls()...)
	}
	var files Files
	if v.Files != nil {
		files = *v.Files
	}
	for _, name := range fileCalls(files, v.Clock != nil) {
		all = append(all, asked(name))
	}
	return all
}

// clockCalls leave the clocks that run since the sandbox's start, which are its
// own already, and the waiting for no time of day.
func clockCalls() []specs.LinuxSyscall {
	const setFS = 0x1002 // ARCH_SET_FS
	const realtime, absolute = 256, unix.TIMER_ABSTIME
	all := []specs.LinuxSyscall{
		asked("arch_prctl", masked(0, ^uint64(0), setFS)),
		asked("gettimeofday"), asked("time"),
		asked("clock_nanosleep", masked(0, 0xffffffff, unix.CLOCK_REALTIME), masked(1, absolute, absolute)),
		asked("futex", masked(1, realtime, realtime)),
	}
	for _, id := range []uint64{unix.CLOCK_REALTIME, unix.CLOCK_REALTIME_COARSE, unix.CLOCK_TAI} {
		all = append(all, asked("clock_gettime", masked(0, 0xffffffff, id)))
	}
	return all
}

func asked(name string, args ...specs.LinuxSeccompArg) specs.LinuxSyscall {
	return specs.LinuxSyscall{Names: []string{name}, Action: specs.ActNotify, Args: args}
}

func masked(arg uint, mask, value uint64) specs.LinuxSeccompArg {
	return specs.LinuxSeccompArg{Index: arg, Op: specs.OpMaskedEqual, Value: mask, ValueTwo: value}
}

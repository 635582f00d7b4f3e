package sandbox

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// DefaultProcesses is how many processes and threads a sandbox may have when
// [Limits] does not say.
const DefaultProcesses = 8192

// unlimited is the kernel's word for it.
const unlimited = ^uint64(0)

// rlimits are the limits of every process inside: each the same on every
// machine, because programs look at them (configure scripts, test suites,
// linkers), and none is a way to hurt the machine. A machine whose own hard
// limit is lower than one of these keeps its own.
func rlimits(l Limits) map[int]unix.Rlimit {
	all := map[int]unix.Rlimit{
		unix.RLIMIT_NOFILE: {Cur: 1024, Max: 4096},
		unix.RLIMIT_STACK:  {Cur: 8 << 20, Max: unlimited},
		// Not 0: a kernel that pipes core dumps into a program of the machine
		// does so whatever the limit, but for 1.
		unix.RLIMIT_CORE:       {Cur: 1, Max: 1},
		unix.RLIMIT_NPROC:      {Cur: DefaultProcesses, Max: DefaultProcesses},
		unix.RLIMIT_FSIZE:      {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_DATA:       {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_AS:         {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_RSS:        {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_CPU:        {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_LOCKS:      {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_RTTIME:     {Cur: unlimited, Max: unlimited},
		unix.RLIMIT_MEMLOCK:    {Cur: 64 << 10, Max: 64 << 10},
		unix.RLIMIT_SIGPENDING: {Cur: 1024, Max: 1024},
		unix.RLIMIT_MSGQUEUE:   {Cur: 819200, Max: 819200},
		unix.RLIMIT_NICE:       {},
		unix.RLIMIT_RTPRIO:     {},
	}
	for resource, n := range map[int]int64{unix.RLIMIT_NPROC: int64(l.Processes), unix.RLIMIT_FSIZE: l.FileSize} {
		if n > 0 {
			all[resource] = unix.Rlimit{Cur: uint64(n), Max: uint64(n)}
		}
	}
	return all
}

// limit sets them for this process and all that it starts.
func limit(l Limits) error {
	for resource, want := range rlimits(l) {
		var now unix.Rlimit
		if err := unix.Getrlimit(resource, &now); err != nil {
			return fmt.Errorf("read limit %d: %w", resource, err)
		}
		want.Max = min(want.Max, now.Max)
		want.Cur = min(want.Cur, want.Max)
		if err := unix.Setrlimit(resource, &want); err != nil {
			return fmt.Errorf("set limit %d: %w", resource, err)
		}
	}
	return nil
}

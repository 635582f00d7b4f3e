package seccomp

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// named are the calls that name a path to read or an address, and two that tell
// of the machine. (uname and sysinfo are the supervisor's in every sandbox.)
func named() []string {
	return []string{
		"open", "openat", "creat", "stat", "lstat", "newfstatat", "statx", "statfs", "access", "faccessat", "faccessat2",
		"readlink", "readlinkat", "chdir", "getdents", "getdents64", "execve", "execveat",
		"link", "linkat", "symlink", "symlinkat", "rename", "renameat", "renameat2", "truncate",
		"connect", "sendto", "inotify_add_watch",
		"getrandom", "sched_getaffinity",
	}
}

// unobserved is what every program does at its start and says nothing: from 2.36
// on, glibc's malloc draws eight bytes.
func unobserved() specs.LinuxSyscall {
	return allow([]string{"getrandom"}, equals(1, 8), equals(2, unix.GRND_NONBLOCK))
}

// Observed is p with every permitted call that names a path or an address, draws
// random numbers or asks which processors there are left to the supervisor, who
// records it and lets it go on. What p refuses stays refused.
func Observed(p *specs.LinuxSeccomp) *specs.LinuxSeccomp {
	o := *p
	o.Syscalls = nil
	watched := named()
	if permitted(p, "getrandom") {
		o.Syscalls = append(o.Syscalls, unobserved())
	}
	for _, rule := range p.Syscalls {
		if rule.Action != specs.ActAllow {
			o.Syscalls = append(o.Syscalls, rule)
			continue
		}
		seen, plain := rule, rule
		seen.Action, seen.Names, plain.Names = specs.ActNotify, nil, nil
		for _, n := range rule.Names {
			if slices.Contains(watched, n) {
				seen.Names = append(seen.Names, n)
			} else {
				plain.Names = append(plain.Names, n)
			}
		}
		for _, r := range []specs.LinuxSyscall{seen, plain} {
			if len(r.Names) > 0 {
				o.Syscalls = append(o.Syscalls, r)
			}
		}
	}
	return &o
}

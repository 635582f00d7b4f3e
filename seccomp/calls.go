package seccomp

import (
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// forbidden are calls that every kernel knows and no build may make. What is
// in neither list is answered ENOSYS: what only newer kernels have (landlock,
// futex_waitv, fchmodat2, ...), what keeps its arguments in memory where no
// filter sees them (clone3, openat2), what is too large to be let in (keyrings,
// io_uring, bpf's relatives), and what Linux has long removed.
func forbidden() []specs.LinuxSyscall {
	return []specs.LinuxSyscall{refuse([]string{
		// mounts
		"mount", "umount2", "pivot_root", "chroot",
		"open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
		// the kernel itself
		"bpf", "perf_event_open", "userfaultfd", "syslog", "acct", "quotactl", "sysfs",
		"kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
		"reboot", "swapon", "swapoff", "iopl", "ioperm", "modify_ldt", "vhangup",
		// clocks and names
		"settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "sethostname", "setdomainname",
		// other processes, and files by handle
		"pidfd_getfd", "kcmp", "process_madvise", "open_by_handle_at", "fanotify_init", "fanotify_mark",
	}, unix.EPERM)}
}

// ordinary are the calls that programs live by.
func ordinary() []specs.LinuxSyscall {
	return []specs.LinuxSyscall{allow([]string{
		// files
		"read", "write", "close", "lseek", "pread64", "pwrite64", "readv", "writev", "preadv", "pwritev",
		"preadv2", "pwritev2", "sendfile", "splice", "tee", "vmsplice", "copy_file_range", "readahead",
		"fadvise64", "fallocate", "truncate", "ftruncate", "fsync", "fdatasync", "sync", "syncfs",
		"sync_file_range", "flock", "dup", "dup2", "dup3", "close_range", "umask",
		"stat", "fstat", "lstat", "newfstatat", "statx", "statfs", "fstatfs", "ustat",
		"access", "faccessat", "faccessat2", "getcwd", "chdir", "fchdir", "getdents", "getdents64",
		"rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir",
		"symlink", "symlinkat", "readlink", "readlinkat", "chown", "fchown", "lchown", "fchownat",
		"utime", "utimes", "futimesat", "utimensat",
		// memory
		"mmap", "munmap", "mremap", "mprotect", "brk", "madvise", "mincore", "msync", "remap_file_pages",
		"mlock", "mlock2", "mlockall", "munlock", "munlockall", "memfd_create", "membarrier",
		"pkey_alloc", "pkey_free", "pkey_mprotect",
		// processes
		"fork", "vfork", "execve", "execveat", "exit", "exit_group", "wait4", "waitid",
		"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open",
		"getpid", "getppid", "gettid", "getpgid", "setpgid", "getpgrp", "getsid", "setsid",
		"getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups",
		"setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups",
		"capget", "capset", "prctl", "arch_prctl", "seccomp", "ptrace", "process_vm_readv", "process_vm_writev",
		"getrlimit", "setrlimit", "prlimit64", "getrusage", "times",
		"getpriority", "setpriority", "ioprio_get", "ioprio_set", "sched_yield", "sched_getaffinity",
		"sched_getparam", "sched_setparam", "sched_getscheduler", "sched_setscheduler", "sched_getattr",
		"sched_setattr", "sched_get_priority_max", "sched_get_priority_min", "sched_rr_get_interval", "getcpu",
		"set_tid_address", "set_robust_list", "get_robust_list", "set_thread_area", "get_thread_area",
		"rseq", "futex", "restart_syscall",
		// signals, time, waiting
		"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
		"sigaltstack", "signalfd", "signalfd4", "pause", "alarm", "getitimer", "setitimer",
		"timer_create", "timer_delete", "timer_settime", "timer_gettime", "timer_getoverrun",
		"timerfd_create", "timerfd_settime", "timerfd_gettime", "nanosleep", "clock_nanosleep",
		"clock_gettime", "clock_getres", "gettimeofday", "time", "getrandom",
		"poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
		"epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2",
		"inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch",
		"io_setup", "io_destroy", "io_submit", "io_cancel", "io_getevents", "io_pgetevents",
		// between processes
		"pipe", "pipe2", "connect", "accept", "accept4", "bind", "listen", "shutdown",
		"getsockname", "getpeername", "getsockopt", "setsockopt",
		"sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg",
		"shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semctl", "semtimedop",
		"msgget", "msgsnd", "msgrcv", "msgctl",
		"mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify", "mq_getsetattr",
	})}
}

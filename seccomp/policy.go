package seccomp

import (
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Policy is what a build may ask of the kernel. Rules are tried in order and
// the first that matches a call decides; a call that none names is answered
// ENOSYS, as a kernel answers that does not know it. So is a call that some
// kernel which belljar supports lacks: builds must not differ by the kernel's
// age. Calls through another ABI (i386's int 0x80) kill the process; x32's
// numbers are unknown ones.
//
// The policy alone does not make the sandbox: no process inside holds a
// capability, and none sees a file or a process that was not given to it.
func Policy() *specs.LinuxSeccomp {
	return &specs.LinuxSeccomp{
		DefaultAction:   specs.ActErrno,
		DefaultErrnoRet: number(unix.ENOSYS),
		Architectures:   []specs.Arch{specs.ArchX86_64},
		Syscalls: slices.Concat(
			setID(), namespaces(), init1(), personalities(), ioctls(), descriptors(), coreLimit(), sockets(), machine(),
			forbidden(), ordinary(),
		),
	}
}

// setID lets no file become set-user-id or set-group-id, by whatever call: it
// would outlive the sandbox. A mode counts only where a file may be created.
func setID() []specs.LinuxSyscall {
	const bits = 0o6000
	const create = unix.O_CREAT | unix.O_TMPFILE&^unix.O_DIRECTORY
	var rules []specs.LinuxSyscall
	for _, c := range []struct {
		mode  uint // argument
		names []string
	}{
		{1, []string{"chmod", "fchmod", "mkdir", "creat", "mknod"}},
		{2, []string{"fchmodat", "mkdirat", "mknodat"}},
	} {
		rules = append(rules, allow(c.names, masked(c.mode, bits, 0)), refuse(c.names, unix.EPERM))
	}
	for _, c := range []struct {
		flags uint // argument; the mode is the next
		names []string
	}{{1, []string{"open"}}, {2, []string{"openat"}}} {
		rules = append(rules,
			allow(c.names, masked(c.flags, create, 0)),
			allow(c.names, masked(c.flags+1, bits, 0)),
			refuse(c.names, unix.EPERM))
	}
	return rules
}

// namespaces lets nobody make a new namespace, in which he would be root of a
// larger part of the kernel. clone3 keeps its flags in memory, where no filter
// sees them: libraries fall back to clone when it is unknown.
func namespaces() []specs.LinuxSyscall {
	const all = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC |
		unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
	return []specs.LinuxSyscall{
		allow([]string{"clone"}, masked(0, all, 0)),
		refuse([]string{"clone", "unshare", "setns"}, unix.EPERM),
	}
}

// init1 keeps the build from PID 1, which has the same kernel uid.
// The descriptor of a folder of /proc would do for pidfd_send_signal, so that
// is unknown here: its callers have kill.
func init1() []specs.LinuxSyscall {
	return []specs.LinuxSyscall{
		refuse([]string{
			"kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open", "prlimit64",
			"process_vm_readv", "process_vm_writev", "sched_setparam", "sched_setscheduler", "sched_setattr",
		}, unix.EPERM, equals(0, 1)),
		refuse([]string{"ptrace", "tgkill", "rt_tgsigqueueinfo", "setpriority", "ioprio_set"}, unix.EPERM, equals(1, 1)),
	}
}

// personalities lets a process ask for its personality and confirm it: address
// space randomisation stays off, and uname's machine stays what it is.
func personalities() []specs.LinuxSyscall {
	const ask, noRandomize = 0xffffffff, 0x0040000
	names := []string{"personality"}
	return []specs.LinuxSyscall{
		allow(names, equals(0, ask)), allow(names, equals(0, noRandomize)), refuse(names, unix.EPERM),
	}
}

// ioctls leaves those of terminals, pipes and sockets, but for what types into
// a terminal (TIOCSTI), pastes into the console (TIOCLINUX) or loads a line
// discipline (TIOCSETD), and those that share the content of files. All others
// are unknown: they belong to devices, of which there are none, or to one file
// system: btrfs would make snapshots that nobody can remove, chattr would leave
// what no manifest shows. The kernel reads the low half of an ioctl's number
// alone; so do these rules.
func ioctls() []specs.LinuxSyscall {
	const kind, terminal, socket = 0xff00, 0x5400, 0x8900
	const clone, cloneRange, dedupeRange = 0x40049409, 0x4020940d, 0xc0189436
	names := []string{"ioctl"}
	return []specs.LinuxSyscall{
		refuse(names, unix.EPERM, equals(1, unix.TIOCSTI)),
		refuse(names, unix.EPERM, equals(1, unix.TIOCLINUX)),
		refuse(names, unix.EPERM, equals(1, unix.TIOCSETD)),
		allow(names, masked(1, kind, terminal)),
		allow(names, masked(1, kind, socket)),
		allow(names, equals(1, clone)),
		allow(names, equals(1, cloneRange)),
		allow(names, equals(1, dedupeRange)),
		refuse(names, unix.ENOTTY),
	}
}

// descriptors takes leases and notices on shared files: others, outside too,
// would wait for the build at every open.
func descriptors() []specs.LinuxSyscall {
	const setDelegation = 1040 // F_SETDELEG
	names := []string{"fcntl"}
	return []specs.LinuxSyscall{
		refuse(names, unix.EPERM, equals(1, unix.F_SETLEASE)),
		refuse(names, unix.EPERM, equals(1, unix.F_NOTIFY)),
		refuse(names, unix.EPERM, equals(1, setDelegation)),
		allow(names),
	}
}

// coreLimit leaves the limit of core dumps as it is, and says that it was set:
// at 0, where scripts like to put it, a core_pattern with a pipe would run its
// program on the machine.
func coreLimit() []specs.LinuxSyscall {
	return []specs.LinuxSyscall{
		allow([]string{"prlimit64"}, masked(2, ^uint64(0), 0)), // only asks
		{Names: []string{"prlimit64"}, Action: specs.ActErrno, ErrnoRet: number(0), Args: []specs.LinuxSeccompArg{equals(1, unix.RLIMIT_CORE)}},
		{Names: []string{"setrlimit"}, Action: specs.ActErrno, ErrnoRet: number(0), Args: []specs.LinuxSeccompArg{equals(0, unix.RLIMIT_CORE)}},
	}
}

// sockets leaves UNIX sockets, TCP and UDP: netlink, packet, vsock, alg and
// all other families reach into the kernel, and no build needs them.
func sockets() []specs.LinuxSyscall {
	names := []string{"socket"}
	rules := []specs.LinuxSyscall{
		refuse(names, unix.EPERM, masked(1, 0xf, unix.SOCK_RAW)),
		allow(names, equals(0, unix.AF_UNIX)),
		allow([]string{"socketpair"}, equals(0, unix.AF_UNIX)),
	}
	for _, family := range []uint64{unix.AF_INET, unix.AF_INET6} {
		for _, protocol := range []uint64{0, unix.IPPROTO_TCP, unix.IPPROTO_UDP} {
			rules = append(rules, allow(names, equals(0, family), equals(2, protocol)))
		}
		rules = append(rules, refuse(names, unix.EPROTONOSUPPORT, equals(0, family)))
	}
	return append(rules, refuse([]string{"socket", "socketpair"}, unix.EAFNOSUPPORT))
}

// machine hides what differs from one machine to the next. The supervisor
// answers uname and sysinfo, the same to everyone; extended attributes
// (labels of SELinux, access control lists) are absent; the CPU mask that the
// sandbox gave stays; NUMA is unknown.
func machine() []specs.LinuxSyscall {
	return []specs.LinuxSyscall{
		{Names: []string{"uname", "sysinfo"}, Action: specs.ActNotify},
		refuse([]string{
			"setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr",
			"getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr",
			"name_to_handle_at",
		}, unix.EOPNOTSUPP),
		refuse([]string{"sched_setaffinity"}, unix.EPERM),
	}
}

func number(e unix.Errno) *uint {
	n := uint(e)
	return &n
}

func allow(names []string, args ...specs.LinuxSeccompArg) specs.LinuxSyscall {
	return specs.LinuxSyscall{Names: names, Action: specs.ActAllow, Args: args}
}

func refuse(names []string, e unix.Errno, args ...specs.LinuxSeccompArg) specs.LinuxSyscall {
	return specs.LinuxSyscall{Names: names, Action: specs.ActErrno, ErrnoRet: number(e), Args: args}
}

// masked matches when the argument's bits of mask are those of value.
func masked(arg uint, mask, value uint64) specs.LinuxSeccompArg {
	return specs.LinuxSeccompArg{Index: arg, Op: specs.OpMaskedEqual, Value: mask, ValueTwo: value}
}

// equals compares an int: its low 32 bits, for the kernel looks at no others.
func equals(arg uint, value uint64) specs.LinuxSeccompArg { return masked(arg, 0xffffffff, value) }

package seccomp

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// call is one system call, as the kernel shows it to a filter.
type call struct {
	arch, number uint32
	args         [6]uint64
}

// run gives the call to the program, in a virtual machine that reads words in
// network order.
func run(t testing.TB, vm *bpf.VM, c call) uint32 {
	t.Helper()
	data := make([]byte, 64)
	binary.BigEndian.PutUint32(data, c.number)
	binary.BigEndian.PutUint32(data[4:], c.arch)
	for i, a := range c.args {
		binary.BigEndian.PutUint32(data[16+8*i:], uint32(a))
		binary.BigEndian.PutUint32(data[20+8*i:], uint32(a>>32))
	}
	got, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(got)
}

func compiled(t testing.TB, p *specs.LinuxSeccomp) *bpf.VM {
	t.Helper()
	raw, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 4096 {
		t.Fatalf("%d instructions are more than the kernel takes", len(raw))
	}
	program, ok := bpf.Disassemble(raw)
	if !ok {
		t.Fatal("the program does not disassemble")
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// interpret decides a call by reading the policy, rule after rule.
func interpret(p *specs.LinuxSeccomp, name string, args [6]uint64) uint32 {
	decided := func(action specs.LinuxSeccompAction, errno *uint) uint32 {
		v, err := verdict(action, errno)
		if err != nil {
			panic(err)
		}
		return v
	}
rules:
	for _, r := range p.Syscalls {
		named := false
		for _, n := range r.Names {
			named = named || n == name
		}
		if !named {
			continue
		}
		for _, a := range r.Args {
			if args[a.Index]&a.Value != a.ValueTwo {
				continue rules
			}
		}
		return decided(r.Action, r.ErrnoRet)
	}
	return decided(p.DefaultAction, p.DefaultErrnoRet)
}

// TestCompiledIsWhatIsWritten compares the program with the policy for every
// call, with arguments around those that matter.
func TestCompiledIsWhatIsWritten(t *testing.T) {
	interesting := []uint64{0, 1, 2, 3, 7, 0o644, 0o2755, 0o4755, 0o6000, 0x40, 0x400000, 0x410000, 10, 16, 38, 40,
		0x5412, 0x541c, 0x5423, 0x100005412, 0x40000, 0xffffffff, 0x10000000, 0x8000000, 0x80000000, 1 << 32, ^uint64(0)}
	for name, p := range map[string]*specs.LinuxSeccomp{"policy": Policy(), "observed": Observed(Policy())} {
		vm := compiled(t, p)
		for call0, n := range numbers() {
			for range 300 {
				c := call{arch: unix.AUDIT_ARCH_X86_64, number: n}
				for i := range c.args {
					c.args[i] = interesting[rand.IntN(len(interesting))]
				}
				if got, want := run(t, vm, c), interpret(p, call0, c.args); got != want {
					t.Fatalf("%s: %s%x: the program says %#x, the policy %#x", name, call0, c.args, got, want)
				}
			}
		}
	}
}

func TestVerdicts(t *testing.T) {
	vm := compiled(t, Policy())
	known := numbers()
	const allowed, killed, notify = unix.SECCOMP_RET_ALLOW, unix.SECCOMP_RET_KILL_PROCESS, unix.SECCOMP_RET_USER_NOTIF
	errno := func(e unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(e) }
	for _, c := range []struct {
		name string
		args [6]uint64
		want uint32
	}{
		{"chmod", [6]uint64{0, 0o755}, allowed},
		{"chmod", [6]uint64{0, 0o4755}, errno(unix.EPERM)},
		{"fchmod", [6]uint64{0, 0o2755}, errno(unix.EPERM)},
		{"fchmodat", [6]uint64{0, 0, 0o1777}, allowed},
		{"fchmodat", [6]uint64{0, 0, 0o6755}, errno(unix.EPERM)},
		{"openat", [6]uint64{0, 0, unix.O_RDONLY, 0o6755}, allowed},
		{"openat", [6]uint64{0, 0, unix.O_CREAT, 0o4755}, errno(unix.EPERM)},
		{"openat", [6]uint64{0, 0, unix.O_CREAT, 0o755}, allowed},
		{"open", [6]uint64{0, unix.O_TMPFILE | unix.O_RDWR, 0o2600}, errno(unix.EPERM)},
		{"open", [6]uint64{0, unix.O_DIRECTORY, 0o2600}, allowed},
		{"mknod", [6]uint64{0, unix.S_IFREG | 0o4755}, errno(unix.EPERM)},
		{"mkdirat", [6]uint64{0, 0, 0o2755}, errno(unix.EPERM)},
		{"clone", [6]uint64{uint64(unix.SIGCHLD)}, allowed},
		{"clone", [6]uint64{uint64(unix.SIGCHLD) | unix.CLONE_NEWUSER}, errno(unix.EPERM)},
		{"clone", [6]uint64{unix.CLONE_NEWNET | 1<<40}, errno(unix.EPERM)},
		{"ioctl", [6]uint64{0, unix.TCGETS}, allowed},
		{"ioctl", [6]uint64{0, unix.TIOCSTI}, errno(unix.EPERM)},
		{"ioctl", [6]uint64{0, unix.TIOCSTI | 7<<32}, errno(unix.EPERM)},
		{"ioctl", [6]uint64{0, 0x541b}, allowed},                // FIONREAD
		{"ioctl", [6]uint64{0, 0x80045430}, allowed},            // TIOCGPTN
		{"ioctl", [6]uint64{0, 0x40049409}, allowed},            // FICLONE
		{"ioctl", [6]uint64{0, 0x5000940e}, errno(unix.ENOTTY)}, // BTRFS_IOC_SUBVOL_CREATE
		{"ioctl", [6]uint64{0, 0x40086602}, errno(unix.ENOTTY)}, // FS_IOC_SETFLAGS
		{"kill", [6]uint64{1, 9}, errno(unix.EPERM)},
		{"kill", [6]uint64{1 | 1<<32, 9}, errno(unix.EPERM)},
		{"kill", [6]uint64{2, 9}, allowed},
		{"tgkill", [6]uint64{5, 1}, errno(unix.EPERM)},
		{"socket", [6]uint64{unix.AF_UNIX, unix.SOCK_STREAM}, allowed},
		{"socket", [6]uint64{unix.AF_INET, unix.SOCK_STREAM | unix.SOCK_CLOEXEC, unix.IPPROTO_TCP}, allowed},
		{"socket", [6]uint64{unix.AF_INET, unix.SOCK_RAW | unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP}, errno(unix.EPERM)},
		{"socket", [6]uint64{unix.AF_INET, unix.SOCK_DGRAM, unix.IPPROTO_ICMP}, errno(unix.EPROTONOSUPPORT)},
		{"socket", [6]uint64{unix.AF_NETLINK, unix.SOCK_DGRAM}, errno(unix.EAFNOSUPPORT)},
		{"personality", [6]uint64{0xffffffff}, allowed},
		{"personality", [6]uint64{0}, errno(unix.EPERM)},
		{"uname", [6]uint64{}, notify},
		{"setxattr", [6]uint64{}, errno(unix.EOPNOTSUPP)},
		{"clone3", [6]uint64{}, errno(unix.ENOSYS)},
		{"keyctl", [6]uint64{}, errno(unix.ENOSYS)},
		{"io_uring_setup", [6]uint64{}, errno(unix.ENOSYS)},
	} {
		if got := run(t, vm, call{unix.AUDIT_ARCH_X86_64, known[c.name], c.args}); got != c.want {
			t.Errorf("%s%x: %#x, want %#x", c.name, c.args, got, c.want)
		}
	}
	for _, n := range []uint32{600, 1 << 20, 1<<30 | known["chmod"], ^uint32(0)} {
		if got := run(t, vm, call{unix.AUDIT_ARCH_X86_64, n, [6]uint64{}}); got != errno(unix.ENOSYS) {
			t.Errorf("unknown call %#x: %#x", n, got)
		}
	}
	if got := run(t, vm, call{unix.AUDIT_ARCH_I386, known["read"], [6]uint64{}}); got != killed {
		t.Errorf("i386: %#x", got)
	}
}

func TestBadPolicy(t *testing.T) {
	for name, spoil := range map[string]func(p *specs.LinuxSeccomp){
		"unknown call":       func(p *specs.LinuxSeccomp) { p.Syscalls[0].Names = []string{"chmood"} },
		"unknown action":     func(p *specs.LinuxSeccomp) { p.Syscalls[0].Action = specs.ActTrap },
		"errno with allow":   func(p *specs.LinuxSeccomp) { p.Syscalls[0].ErrnoRet = number(unix.EPERM) },
		"unknown comparison": func(p *specs.LinuxSeccomp) { p.Syscalls[0].Args[0].Op = specs.OpLessThan },
		"impossible value":   func(p *specs.LinuxSeccomp) { p.Syscalls[0].Args[0].ValueTwo = 0o777 },
		"other architecture": func(p *specs.LinuxSeccomp) { p.Architectures = []specs.Arch{specs.ArchX86} },
	} {
		p := Policy()
		spoil(p)
		if _, err := Compile(p); err == nil {
			t.Errorf("%s: compiled", name)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := Compile(Policy()); err != nil {
			b.Fatal(err)
		}
	}
}

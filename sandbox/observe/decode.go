package observe

import (
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/seccomp"
)

// access is one thing that a call names.
type access struct {
	op    Op
	path  string
	found bool
	argv  []string // of a program that is started
}

// reader is what decoders read a call with.
type reader struct {
	*seccomp.Call
	task *task
	o    *Observer
}

// decoders say what the arguments of each observed call mean.
var decoders = map[uint32]func(reader) ([]access, error){
	unix.SYS_OPEN:              func(r reader) ([]access, error) { return r.open(unix.AT_FDCWD, 0, int(r.Args[1])) },
	unix.SYS_OPENAT:            func(r reader) ([]access, error) { return r.open(int32(r.Args[0]), 1, int(r.Args[2])) },
	unix.SYS_CREAT:             func(r reader) ([]access, error) { return r.open(unix.AT_FDCWD, 0, unix.O_CREAT|unix.O_WRONLY) },
	unix.SYS_TRUNCATE:          func(r reader) ([]access, error) { return r.name(Write, unix.AT_FDCWD, 0, true) },
	unix.SYS_STAT:              func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 0, true) },
	unix.SYS_LSTAT:             func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 0, false) },
	unix.SYS_NEWFSTATAT:        func(r reader) ([]access, error) { return r.nameAt(Stat, 3) },
	unix.SYS_STATX:             func(r reader) ([]access, error) { return r.nameAt(Stat, 2) },
	unix.SYS_STATFS:            func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 0, true) },
	unix.SYS_ACCESS:            func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 0, true) },
	unix.SYS_FACCESSAT:         func(r reader) ([]access, error) { return r.name(Stat, int32(r.Args[0]), 1, true) },
	unix.SYS_FACCESSAT2:        func(r reader) ([]access, error) { return r.nameAt(Stat, 3) },
	unix.SYS_CHDIR:             func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 0, true) },
	unix.SYS_INOTIFY_ADD_WATCH: func(r reader) ([]access, error) { return r.name(Stat, unix.AT_FDCWD, 1, true) },
	unix.SYS_READLINK:          func(r reader) ([]access, error) { return r.name(Link, unix.AT_FDCWD, 0, false) },
	unix.SYS_READLINKAT:        func(r reader) ([]access, error) { return r.name(Link, int32(r.Args[0]), 1, false) },
	unix.SYS_GETDENTS:          func(r reader) ([]access, error) { return r.list() },
	unix.SYS_GETDENTS64:        func(r reader) ([]access, error) { return r.list() },
	unix.SYS_EXECVE:            func(r reader) ([]access, error) { return r.exec(unix.AT_FDCWD, 0, 1, true) },
	unix.SYS_EXECVEAT:          func(r reader) ([]access, error) { return r.exec(int32(r.Args[0]), 1, 2, follows(r.Args[4])) },
	unix.SYS_LINK:              func(r reader) ([]access, error) { return r.pair(unix.AT_FDCWD, 0, unix.AT_FDCWD, 1) },
	unix.SYS_LINKAT:            func(r reader) ([]access, error) { return r.pair(int32(r.Args[0]), 1, int32(r.Args[2]), 3) },
	unix.SYS_RENAME:            func(r reader) ([]access, error) { return r.pair(unix.AT_FDCWD, 0, unix.AT_FDCWD, 1) },
	unix.SYS_RENAMEAT:          func(r reader) ([]access, error) { return r.pair(int32(r.Args[0]), 1, int32(r.Args[2]), 3) },
	unix.SYS_RENAMEAT2:         func(r reader) ([]access, error) { return r.pair(int32(r.Args[0]), 1, int32(r.Args[2]), 3) },
	unix.SYS_SYMLINK:           func(r reader) ([]access, error) { return r.name(Create, unix.AT_FDCWD, 1, false) },
	unix.SYS_SYMLINKAT:         func(r reader) ([]access, error) { return r.name(Create, int32(r.Args[1]), 2, false) },
	unix.SYS_CONNECT:           func(r reader) ([]access, error) { return r.connect(1, 2) },
	unix.SYS_UNAME:             func(reader) ([]access, error) { return ask("uname") },
	unix.SYS_SYSINFO:           func(reader) ([]access, error) { return ask("sysinfo") },
	unix.SYS_GETRANDOM:         func(reader) ([]access, error) { return ask("getrandom") },
	unix.SYS_SCHED_GETAFFINITY: func(reader) ([]access, error) { return ask("sched_getaffinity") },
	unix.SYS_SENDTO:            func(r reader) ([]access, error) { return r.connect(4, 5) },
}

func ask(what string) ([]access, error) { return []access{{op: Ask, path: what, found: true}}, nil }

// follows tells whether the AT_ flags let a last link be followed.
func follows(flags uint64) bool { return flags&unix.AT_SYMLINK_NOFOLLOW == 0 }

// name is a path argument relative to a folder.
func (r reader) name(op Op, dir int32, arg int, follow bool) ([]access, error) {
	text, err := r.Text(r.Args[arg], unix.PathMax)
	if err != nil || text == "" { // "" is the descriptor itself, or nothing
		return nil, err
	}
	path, err := r.absolute(dir, text)
	if err != nil {
		return nil, err
	}
	return []access{{op: op, path: path, found: r.o.exists(path, follow)}}, nil
}

// nameAt is for calls with a folder, a path and flags.
func (r reader) nameAt(op Op, flags int) ([]access, error) {
	return r.name(op, int32(r.Args[0]), 1, follows(r.Args[flags]))
}

func (r reader) open(dir int32, arg, flags int) ([]access, error) {
	op := Open
	if flags&unix.O_ACCMODE != unix.O_RDONLY || flags&(unix.O_CREAT|unix.O_TRUNC) != 0 {
		op = Write
	}
	return r.name(op, dir, arg, flags&unix.O_NOFOLLOW == 0)
}

func (r reader) list() ([]access, error) {
	path, err := r.base(int32(r.Args[0]))
	return []access{{op: List, path: path, found: true}}, err
}

// pair is for calls that give something a second name.
func (r reader) pair(oldDir int32, oldArg int, newDir int32, newArg int) ([]access, error) {
	from, err := r.name(Link, oldDir, oldArg, false)
	if err != nil {
		return nil, err
	}
	to, err := r.name(Create, newDir, newArg, false)
	return append(from, to...), err
}

// Bounds of what is read of a program's arguments, of which each costs a system
// call; the kernel's own is 2 MiB.
const maxArgs, maxArgBytes = 8192, 1 << 20

func (r reader) exec(dir int32, arg, argv int, follow bool) ([]access, error) {
	a, err := r.name(Exec, dir, arg, follow)
	if err != nil || len(a) == 0 {
		return a, err
	}
	ok, interpreter := r.o.executable(a[0].path)
	if !ok {
		return a, nil
	}
	if a[0].argv = []string{}; r.Args[argv] != 0 { // no arguments are none to Linux
		var given []string
		given, err = r.Texts(r.Args[argv], maxArgs, maxArgBytes)
		a[0].argv = append(a[0].argv, given...)
	}
	return append(a, r.interpreters(interpreter)...), err
}

// interpreters are the one that the kernel opens for a script and, should that be
// a script too, its own, as far as the kernel goes.
func (r reader) interpreters(path string) (all []access) {
	for range 5 {
		if path == "" {
			break
		}
		if !strings.HasPrefix(path, "/") {
			absolute, err := r.absolute(unix.AT_FDCWD, path)
			if err != nil {
				break
			}
			path = absolute
		}
		all = append(all, access{op: Open, path: path, found: r.o.exists(path, true)})
		_, path = r.o.executable(path)
	}
	return all
}

package observe

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// absolute joins a path to the folder that it is relative to, without
// cleaning: "link/.." is not ".".
func (r reader) absolute(dir int32, path string) (string, error) {
	if strings.HasPrefix(path, "/") {
		return path, nil
	}
	base, err := r.base(dir)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(base, "/") + "/" + path, nil
}

// base is the caller's current folder, or that of a descriptor.
func (r reader) base(dir int32) (string, error) {
	if dir == unix.AT_FDCWD {
		return r.folder("cwd")
	}
	return r.folder(fmt.Sprintf("fd/%d", dir))
}

// folder reads a link of the caller's /proc; a socket or a pipe is no folder.
func (r reader) folder(link string) (string, error) {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", r.PID, link))
	if err == nil && !strings.HasPrefix(path, "/") {
		err = unix.ENOTDIR
	}
	return path, err
}

// exists looks the path up as the sandbox's processes do. Links of /proc that
// name the looker himself are there for everybody.
func (o *Observer) exists(path string, follow bool) bool {
	fd, err := o.lookup(path, follow)
	if err != nil {
		return err == unix.ELOOP && strings.HasPrefix(path, "/proc/") || ofSelf(path)
	}
	_ = unix.Close(fd)
	return true
}

func ofSelf(path string) bool {
	for _, p := range []string{"/proc/self", "/proc/thread-self", "/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr"} {
		if path == p || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

func (o *Observer) lookup(path string, follow bool) (int, error) {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
	if !follow {
		how.Flags |= unix.O_NOFOLLOW
	}
	for tries := 0; ; tries++ {
		fd, err := unix.Openat2(int(o.root.Fd()), path, &how)
		// EAGAIN: something was renamed meanwhile.
		if err != unix.EINTR && err != unix.EAGAIN || tries == 100 {
			return fd, err
		}
	}
}

// executable tells whether execve would start the path, and which interpreter
// the kernel then opens, "" for none.
func (o *Observer) executable(path string) (ok bool, interpreter string) {
	fd, err := o.lookup(path, true)
	if err != nil {
		return false, ""
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Mode&0o111 == 0 {
		return false, ""
	}
	return program(fd)
}

// program looks at how the regular file begins: the kernel starts ELF files and
// scripts with an interpreter. What cannot be read may be either.
func program(fd int) (ok bool, interpreter string) {
	file, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return true, ""
	}
	defer unix.Close(file)
	var head [256]byte // as much as the kernel reads
	n, err := unix.Read(file, head[:])
	if err != nil {
		return true, ""
	}
	line, script := strings.CutPrefix(string(head[:n]), "#!")
	return script || strings.HasPrefix(line, "\x7fELF"), shebang(line, script)
}

// shebang is the interpreter that a script's first line names.
func shebang(line string, script bool) string {
	if !script {
		return ""
	}
	line, _, _ = strings.Cut(line, "\n")
	line = strings.TrimLeft(line, " \t")
	if end := strings.IndexAny(line, " \t\x00"); end >= 0 {
		line = line[:end]
	}
	return line
}

// connect is for calls with a socket address and its length.
func (r reader) connect(arg, length int) ([]access, error) {
	n := int(uint32(r.Args[length]))
	if r.Args[arg] == 0 || n < 2 || n > 128 {
		return nil, nil
	}
	b, err := r.Bytes(r.Args[arg], n)
	if err != nil || len(b) < 2 {
		return nil, err
	}
	port := func() uint16 { return binary.BigEndian.Uint16(b[2:]) }
	switch family := binary.NativeEndian.Uint16(b); {
	case family == unix.AF_UNIX && len(b) > 3 && b[2] == 0:
		return []access{{op: Connect, path: "unix:@" + string(b[3:])}}, nil
	case family == unix.AF_UNIX && len(b) > 2:
		name, _, _ := strings.Cut(string(b[2:]), "\x00") // what follows is whatever the memory held
		path, err := r.absolute(unix.AT_FDCWD, name)
		return []access{{op: Connect, path: "unix:" + path, found: r.o.exists(path, true)}}, err
	case family == unix.AF_INET && len(b) >= 8:
		return []access{{op: Connect, path: "inet:" + netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[4:8])), port()).String()}}, nil
	case family == unix.AF_INET6 && len(b) >= 24:
		return []access{{op: Connect, path: "inet:" + netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), port()).String()}}, nil
	}
	return nil, nil
}

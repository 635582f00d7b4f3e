package static

import (
	"bytes"
	"slices"
	"strings"
)

// trace is a text that tells where something was built.
type trace struct {
	text    []byte
	subject string // the same on every machine
	what    string
	fix     string
	// stands tells whether the text at b[i:] is what is meant, and not a part
	// of something else.
	stands func(b []byte, i, n int) bool
}

// tracesOf lists what is looked for. Names that say nothing about a machine
// are left out.
func tracesOf(s *Subject) []trace {
	all := []trace{
		{[]byte("/build"), "/build", "the work folder of the build", "replace the path in post-install, or pass -ffile-prefix-map to what compiled it", isWorkFolder},
		{[]byte("/tc/"), "/tc", "the toolchain, which only builds have", "configure it with the name of the program alone, or with that of a declared part", isToolFolder},
	}
	for _, name := range slices.Compact([]string{s.Host, firstLabel(s.Host)}) {
		stands := word
		if !telling(name) {
			stands = address
		}
		if len(name) > 1 && !strings.HasPrefix(name, "localhost") {
			all = append(all, trace{[]byte(name), "host name", "the name of the host", "let the build not record the host", stands})
		}
	}
	if telling(s.User) {
		all = append(all, trace{[]byte(s.User), "user", "the name of the user", "let the build not record the user", word})
	}
	if len(s.Kernel) >= 5 {
		stands := word
		if strings.Trim(s.Kernel, "0123456789.") == "" {
			stands = ofLinux // "6.1.0" may be the version of anything
		}
		all = append(all, trace{[]byte(s.Kernel), "kernel", "the version of the kernel", "let the build not record uname", stands})
	}
	return all
}

func firstLabel(host string) string {
	label, _, _ := strings.Cut(host, ".")
	return label
}

// telling leaves out names that are ordinary words of documentation or the
// names of accounts and machines that everybody has.
func telling(name string) bool {
	if len(name) < 3 {
		return false
	}
	switch strings.ToLower(name) {
	case "root", "build", "builder", "buildd", "admin", "administrator", "user", "users", "guest", "nobody", "daemon", "test", "tester",
		"debian", "ubuntu", "fedora", "centos", "arch", "alpine", "linux", "localhost", "localdomain", "localhost.localdomain", "host", "hostname",
		"server", "desktop", "laptop", "computer", "machine", "node", "main", "home", "work", "default", "unknown", "none", "runner", "docker",
		"container", "vagrant", "jenkins", "github", "gitlab", "git", "dev", "developer", "ci", "bin", "sys", "www", "mail", "web", "data", "vm", "box":
		return false
	}
	return true
}

// word: no letter, digit or hyphen on either side. A short name is a word of
// many languages, and must also stand where names of accounts and hosts do.
func word(b []byte, i, n int) bool {
	if i > 0 && isNameByte(b[i-1]) || i+n < len(b) && isNameByte(b[i+n]) {
		return false
	}
	if n > 5 || bytes.ContainsAny(b[i:i+n], "0123456789-._") {
		return true
	}
	ends := i+n == len(b) || b[i+n] == 0 || b[i+n] == '\n'
	before := b[max(0, i-8):i]
	if len(before) == 0 || before[len(before)-1] == 0 {
		return ends || b[i+n] == '@'
	}
	for _, lead := range []string{"@", "=", "home/", "by ", "user ", "USER ", "host ", "on "} {
		if bytes.HasSuffix(before, []byte(lead)) {
			return true
		}
	}
	return false
}

// address: a host of an ordinary name counts as in "root@vm" alone.
func address(b []byte, i, n int) bool {
	end := i + n
	return i > 1 && b[i-1] == '@' && isNameByte(b[i-2]) && (end == len(b) || !isNameByte(b[end]) && b[end] != '.')
}

func isNameByte(c byte) bool { return isWordByte(c) || c == '-' || c >= 0x80 }

// ofLinux: a bare version says nothing but behind the kernel's name.
func ofLinux(b []byte, i, n int) bool {
	if i+n < len(b) && isNameByte(b[i+n]) {
		return false
	}
	before := bytes.ToLower(b[max(0, i-16):i])
	name := bytes.TrimRight(before, " -_")
	name = bytes.TrimSuffix(name, []byte("localhost")) // "Linux NAME 6.1.0"
	return len(name) < len(before) && bytes.HasSuffix(bytes.TrimRight(name, " "), []byte("linux"))
}

// isWorkFolder: "/build/x", or "/build" as the whole value of something.
func isWorkFolder(b []byte, i, n int) bool {
	if !beginsPath(b, i) {
		return false
	}
	end := i + n
	if end+1 < len(b) && b[end] == '/' {
		return isWordByte(b[end+1]) || b[end+1] == '.'
	}
	if end < len(b) && isPathByte(b[end]) || i == 0 {
		return false
	}
	return b[i-1] == '=' || b[i-1] == 0 && (end >= len(b) || b[end] == 0)
}

// isToolFolder: "/tc/bin/gcc".
func isToolFolder(b []byte, i, n int) bool {
	if !beginsPath(b, i) {
		return false
	}
	end := i + n
	for end < len(b) && end < i+n+16 && isWordByte(b[end]) {
		end++
	}
	switch string(b[i+n : end]) {
	case "bin", "sbin", "lib", "lib64", "libexec", "include", "share", "driver", "priv":
		return true
	}
	return false
}

// beginsPath tells whether the slash at b[i] begins an absolute path.
func beginsPath(b []byte, i int) bool {
	if i == 0 {
		return true
	}
	c := b[i-1]
	if !isWordByte(c) {
		return c < 0x80 && strings.IndexByte(".~$)}*%@/\\-+]?", c) < 0
	}
	before := b[max(0, i-9):i]
	for _, flag := range []string{"-I", "-L", "-B", "-R", "-isystem", "-iquote"} {
		if bytes.HasSuffix(before, []byte(flag)) {
			return true
		}
	}
	return false
}

// excerpt is what can be read around b[i:i+n].
func excerpt(b []byte, i, n int) string {
	from, to := i, i+n
	for from > 0 && i-from < 40 && isPrint(b[from-1]) {
		from--
	}
	for to < len(b) && to-i < 120 && isPrint(b[to]) {
		to++
	}
	return string(b[from:to])
}

func isPrint(c byte) bool { return c >= ' ' && c < 0x7f }

// Package rootfs says what a sandbox shows and composes it from mounts.
//
// A [Root] is plain data: which trees are bound where, which small files and
// links stand beside them. [Compose] turns it into one mounted tree with the
// kernel's new mount API. The package runs nothing and knows neither
// profiles nor actions; the figures behind the way it mounts are the
// project's measurements of bind mounts in an OCI spec (three times slower).
package rootfs

import "io/fs"

// Logical is the path of the store inside every sandbox, whatever its
// physical place, so that outputs are the same for everyone.
const Logical = "/var/lib/belljar/store"

// Bind shows one folder or file of the host inside the sandbox.
type Bind struct {
	// Source is an absolute host path, for example
	// "/home/u/.local/share/belljar/store/0123…-zlib-1.2.13".
	Source string `json:"source"`
	// Target is the absolute path inside.
	Target string `json:"target"`
	// Writable leaves the tree writable; everything else is read-only,
	// its submounts included.
	Writable bool `json:"writable,omitempty"`
	// Mapped shows the caller's files as the build's even where it may write
	// them; what is read-only is always shown so where the file system can.
	Mapped bool `json:"mapped,omitempty"`
	// Device keeps device nodes usable; only /dev needs it.
	Device bool `json:"device,omitempty"`
}

// File is a small file or, when Link is set, a symbolic link of the
// sandbox's own. It holds Text, then Data.
type File struct {
	Path string      `json:"path"`
	Text string      `json:"text,omitempty"` // UTF-8: JSON spoils anything else
	Data []byte      `json:"data,omitempty"` // any bytes; base64 in JSON
	Link string      `json:"link,omitempty"`
	Mode fs.FileMode `json:"mode,omitempty"`
}

// Root is everything that a sandbox shows.
type Root struct {
	Binds []Bind `json:"binds"`
	Files []File `json:"files"`
	// Dirs are created empty, 0755; an entry of Tmpfs is writable, 01777.
	Dirs  []string `json:"dirs"`
	Tmpfs []string `json:"tmpfs"`
	// Pipes are made, 0666, for somebody outside to write to.
	Pipes []string `json:"pipes,omitempty"`
}

// UID is the user id that a build sees as its own; GID is the same number.
const UID = 1000

// Minimal is what every sandbox shows: identity files and a minimal /dev.
// It holds no program and no library.
func Minimal() Root {
	r := Root{
		Files: []File{
			{Path: "/etc/passwd", Text: "build:x:1000:1000:build:/build:/bin/sh\n", Mode: 0o644},
			{Path: "/etc/group", Text: "build:x:1000:\n", Mode: 0o644},
			{Path: "/etc/hosts", Text: "127.0.0.1 localhost\n::1 localhost\n", Mode: 0o644},
			{Path: "/etc/nsswitch.conf", Text: "passwd: files\ngroup: files\nhosts: files\n", Mode: 0o644},
			{Path: "/dev/fd", Link: "/proc/self/fd"},
			{Path: "/dev/stdin", Link: "/proc/self/fd/0"},
			{Path: "/dev/stdout", Link: "/proc/self/fd/1"},
			{Path: "/dev/stderr", Link: "/proc/self/fd/2"},
		},
		Dirs:  []string{"/proc", "/dev"},
		Tmpfs: []string{"/dev/shm"},
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom"} {
		r.Binds = append(r.Binds, Bind{Source: "/dev/" + name, Target: "/dev/" + name, Writable: true, Device: true})
	}
	return r
}

// AddTerminal shows what a terminal needs; the runtime mounts a devpts of the
// sandbox's own.
func (r *Root) AddTerminal() {
	r.Dirs = append(r.Dirs, "/dev/pts")
	r.Files = append(r.Files, File{Path: "/dev/ptmx", Link: "pts/ptmx"})
	r.Binds = append(r.Binds, Bind{Source: "/dev/tty", Target: "/dev/tty", Writable: true, Device: true})
}

// AddBase shows the tree of a base output (glibc and its headers) at the root.
func (r *Root) AddBase(tree string) {
	for _, dir := range []string{"lib", "lib64", "usr"} {
		r.Binds = append(r.Binds, Bind{Source: tree + "/" + dir, Target: "/" + dir})
	}
}

// AddTools shows a tools output at /tc, and the two paths into it that
// scripts all over the world write out: /bin/sh and /usr/bin/env (a link that
// the base itself holds).
func (r *Root) AddTools(tree string) {
	r.Binds = append(r.Binds, Bind{Source: tree, Target: "/tc"})
	r.Files = append(r.Files, File{Path: "/bin/sh", Link: "/tc/bin/sh"})
}

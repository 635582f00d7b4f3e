package trace

import (
	"strings"

	"belljar.build/rootfs"
)

// place is where a path lies in the sandbox.
type place uint8

const (
	outside place = iota
	frame         // the folders above what is shown
	work          // /build, /tmp, the own output
	base          // /lib, /lib64, /usr
	tools         // /tc, and the link /bin/sh into it
	device        // what stands in /dev
	proc          // the build's own processes
	etc           // the few files of /etc
	inInput
)

// places knows them all.
type places struct {
	own    string
	inputs map[string]int // by base name in the store
}

func newPlaces(s Subject) places {
	p := places{own: rootfs.Logical + "/" + s.Output, inputs: map[string]int{}}
	for i, in := range s.Inputs {
		p.inputs[in.Path] = i
	}
	return p
}

// of tells where a clean path lies.
func (p places) of(path string) (place, int) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "build", "tmp":
		return work, 0
	case "lib", "lib64", "usr":
		return base, 0
	case "tc":
		return tools, 0
	case "dev":
		return inDev(rest), 0
	case "proc":
		return inProc(rest), 0
	case "etc":
		return inEtc(rest), 0
	case "":
		return frame, 0
	case "bin":
		switch rest {
		case "":
			return frame, 0
		case "sh":
			return tools, 0
		}
	case "var":
		return p.inVar(path)
	}
	return outside, 0
}

func (p places) inVar(path string) (place, int) {
	rest, ok := below(path, rootfs.Logical)
	if !ok || rest == "" {
		if path == rootfs.Logical || strings.HasPrefix(rootfs.Logical, path+"/") {
			return frame, 0
		}
		return outside, 0
	}
	name, _, _ := strings.Cut(rest, "/")
	if i, ok := p.inputs[name]; ok {
		return inInput, i
	}
	if rootfs.Logical+"/"+name == p.own {
		return work, 0
	}
	return outside, 0
}

func inDev(rest string) place {
	first, _, _ := strings.Cut(rest, "/")
	switch first {
	case "", "null", "zero", "full", "random", "urandom", "fd", "stdin", "stdout", "stderr", "shm":
		return device
	}
	return outside
}

// inProc: of /proc the sandbox shows the processes alone.
func inProc(rest string) place {
	first, _, _ := strings.Cut(rest, "/")
	if first == "" || first == "self" || first == "thread-self" || strings.Trim(first, "0123456789") == "" {
		return proc
	}
	return outside
}

func inEtc(rest string) place {
	switch rest {
	case "":
		return frame
	case "passwd", "group", "hosts", "nsswitch.conf":
		return etc
	}
	return outside
}

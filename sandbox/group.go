package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// group is a cgroup of one sandbox's own, which bounds its memory. The cgroup
// library insists on /sys/fs/cgroup, which libcontainer must find read-only;
// this needs three files of it.
type group struct {
	dir     string
	unified bool // version 2
}

// newGroup makes a group below one that this process may write: its own, the
// one above (where a service manager hands down a tree), or the root. base is
// where /sys/fs/cgroup is shown. An error says why there is none.
func newGroup(base, id string, memory int64) (*group, error) {
	own, unified, err := ownGroup(base)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, parent := range []string{own, filepath.Dir(own), "/"} {
		root := base
		if !unified {
			root = filepath.Join(base, "memory")
		}
		sweep(filepath.Join(root, parent))
		g := &group{dir: filepath.Join(root, parent, id), unified: unified}
		err := g.make(memory)
		if err == nil {
			return g, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// sweep removes groups that killed supervisors left: old ones, which the kernel
// lets go only when nobody is in them.
func sweep(parent string) {
	left, err := filepath.Glob(filepath.Join(parent, containerPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = unix.Rmdir(dir)
		}
	}
}

// ownGroup is the path of this process's group in the hierarchy that bounds
// memory.
func ownGroup(base string) (path string, unified bool, err error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", false, fmt.Errorf("find the cgroup: %w", err)
	}
	_, err = os.Stat(filepath.Join(base, "cgroup.controllers"))
	unified = err == nil
	for _, line := range strings.Split(string(text), "\n") {
		_, rest, _ := strings.Cut(line, ":")
		controllers, path, ok := strings.Cut(rest, ":")
		if ok && (unified && controllers == "" || !unified && strings.Contains(","+controllers+",", ",memory,")) {
			return path, unified, nil
		}
	}
	return "", false, errors.New("find the cgroup: no hierarchy bounds memory")
}

func (g *group) make(memory int64) error {
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return fmt.Errorf("make a cgroup: %w", err)
	}
	limits := [][2]string{{"memory.limit_in_bytes", strconv.FormatInt(memory, 10)}}
	if g.unified {
		limits = [][2]string{{"memory.max", strconv.FormatInt(memory, 10)}, {"memory.oom.group", "1"}}
	}
	for _, l := range limits {
		if err := os.WriteFile(filepath.Join(g.dir, l[0]), []byte(l[1]), 0o644); err != nil {
			return errors.Join(fmt.Errorf("limit a cgroup: %w", err), g.remove())
		}
	}
	// Swap counts too, where it is counted at all.
	for _, l := range [][2]string{{"memory.memsw.limit_in_bytes", strconv.FormatInt(memory, 10)}, {"memory.swap.max", "0"}} {
		_ = os.WriteFile(filepath.Join(g.dir, l[0]), []byte(l[1]), 0o644)
	}
	return nil
}

// add moves a process, whose children will be in the group too.
func (g *group) add(pid int) error {
	if err := os.WriteFile(filepath.Join(g.dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644); err != nil {
		return fmt.Errorf("put a build into its cgroup: %w", err)
	}
	return nil
}

// exceeded tells whether the kernel killed a process for want of memory.
func (g *group) exceeded() bool {
	name := "memory.oom_control"
	if g.unified {
		name = "memory.events"
	}
	text, err := os.ReadFile(filepath.Join(g.dir, name))
	if err != nil {
		return false
	}
	for _, line := range strings.Split(string(text), "\n") {
		if n, ok := strings.CutPrefix(line, "oom_kill "); ok && n != "0" {
			return true
		}
	}
	return false
}

// remove takes the group down; its processes are dead.
func (g *group) remove() error {
	err := unix.Rmdir(g.dir)
	for tries := 0; err == unix.EBUSY && tries < 5000; tries++ { // the kernel is still reaping
		_ = unix.Nanosleep(&unix.Timespec{Nsec: 1e6}, nil)
		err = unix.Rmdir(g.dir)
	}
	if err != nil {
		return fmt.Errorf("remove cgroup %s: %w", g.dir, err)
	}
	return nil
}

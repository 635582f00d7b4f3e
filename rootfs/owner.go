package rootfs

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Owner is who a composed root belongs to. The zero value is the caller, as
// uid 0 of his user namespace.
type Owner struct {
	// ID is a user and group id.
	ID int
	// Map is a user namespace in which ID is 0: read-only binds show files
	// of uid 0 as ID's through it. An ordinary user has no need of one: a
	// build of his sees his files as its own already.
	Map *os.File
}

// NewOwner makes the Owner for uid id, which takes real root. The caller
// closes its Map.
func NewOwner(id int) (_ Owner, err error) {
	ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	// A user namespace needs a process to be made with: one that stops before
	// its first instruction, and is killed at once.
	pid, err := syscall.ForkExec("/proc/self/exe", []string{"belljar"}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWUSER, UidMappings: ids, GidMappings: ids, Ptrace: true, Pdeathsig: unix.SIGKILL,
	}})
	if err != nil {
		return Owner{}, fmt.Errorf("make a user namespace for mounts: %w: %w", ErrUnsupported, err)
	}
	defer func() {
		_ = unix.Kill(pid, unix.SIGKILL)
		_, _ = unix.Wait4(pid, nil, 0, nil)
	}()
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/user", pid))
	if err != nil {
		return Owner{}, fmt.Errorf("open a user namespace for mounts: %w", err)
	}
	return Owner{ID: id, Map: f}, nil
}

// CanMapOwners tells whether files in folder can be shown as another owner's;
// an error says why not. It takes real root.
func CanMapOwners(folder string, id int) error {
	o, err := NewOwner(id)
	if err != nil {
		return err
	}
	defer o.Map.Close()
	tree, err := unix.OpenTree(unix.AT_FDCWD, folder, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return fmt.Errorf("open %s: %w", folder, err)
	}
	defer unix.Close(tree)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_IDMAP, Userns_fd: uint64(o.Map.Fd())}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH, &attr); err != nil {
		return fmt.Errorf("its file system refuses: %w", err)
	}
	return nil
}

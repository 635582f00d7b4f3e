package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"belljar.build/rootfs"
)

// roleNative shows the store at its logical path and then becomes the
// command.
const roleNative = "native"

// storeVar tells that process where the store is.
const storeVar = "_BELLJAR_STORE"

// Native runs a command on this machine as it is, with the physical store
// shown at its logical path, in a mount namespace of its own. It is no
// sandbox: it exists because outputs name each other by the logical path,
// which an ordinary user cannot create. argv[0] is looked up in the PATH of
// env. An *exec.ExitError tells how the command ended.
func Native(store string, argv, env []string) error {
	cmd := &exec.Cmd{
		Path: "/proc/self/exe", Args: append([]string{"belljar"}, argv...),
		Env:   append(env, roleVar+"="+roleNative, storeVar+"="+store),
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: nativeAttr(os.Geteuid(), os.Getegid()),
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return fmt.Errorf("make a mount namespace: %w: %w", ErrUnsupported, err)
	}
	return err
}

// Exec becomes a command on this machine as it is, in a mount namespace of its
// own that shows the store, which is at its logical path already, read-only:
// what runs from an output must not change it, as a Python that writes its
// bytecode would. It needs CAP_SYS_ADMIN and returns only when it fails.
func Exec(path string, argv, env []string) error {
	runtime.LockOSThread() // the namespace is this thread's, and then the command's
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("make a mount namespace: %w: %w", ErrUnsupported, err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return fmt.Errorf("keep mounts to this program: %w", err)
	}
	if err := showStore(rootfs.Logical); err != nil {
		return err
	}
	return fmt.Errorf("run %s: %w", path, unix.Exec(path, argv, env))
}

// nativeAttr keeps the user's own ids; the right to mount lasts until the
// command is executed.
func nativeAttr(uid, gid int) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if uid != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
		attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
	}
	return attr
}

// runNative is the process in the new mount namespace.
func runNative() error {
	store := os.Getenv(storeVar)
	os.Unsetenv(storeVar)
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := showStore(store); err != nil {
		return err
	}
	path, err := exec.LookPath(os.Args[1])
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("clear ambient capabilities: %w", err)
	}
	return fmt.Errorf("run %s: %w", path, unix.Exec(path, os.Args[1:], os.Environ()))
}

// showStore binds store read-only at the logical path, which it makes appear
// when the machine has none.
func showStore(store string) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, store, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	if err != nil {
		return fmt.Errorf("open store %s: %w", store, err)
	}
	defer unix.Close(tree)
	readOnly := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &readOnly); err != nil {
		return fmt.Errorf("make the store read-only: %w", err)
	}
	if _, err := os.Stat(rootfs.Logical); err != nil {
		if err := makeRoom(rootfs.Logical); err != nil {
			return err
		}
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, rootfs.Logical, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("show the store at %s: %w", rootfs.Logical, err)
	}
	return nil
}

// makeRoom makes the folder path appear: its nearest existing ancestor is
// covered by a tmpfs that shows all that was there, and the rest is created
// on it.
func makeRoom(path string) error {
	ancestor := filepath.Dir(path)
	for !exists(ancestor) {
		ancestor = filepath.Dir(ancestor)
	}
	entries, err := os.ReadDir(ancestor)
	if err != nil {
		return fmt.Errorf("list %s: %w", ancestor, err)
	}
	old, err := unix.Open(ancestor, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", ancestor, err)
	}
	defer unix.Close(old)
	if err := unix.Mount("tmpfs", ancestor, "tmpfs", 0, "mode=0755"); err != nil {
		return fmt.Errorf("cover %s: %w", ancestor, err)
	}
	for _, e := range entries {
		if err := carryOver(old, ancestor, e); err != nil {
			return err
		}
	}
	return os.MkdirAll(path, 0o755)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// carryOver shows one entry of the covered folder again.
func carryOver(old int, folder string, e os.DirEntry) error {
	to := filepath.Join(folder, e.Name())
	if e.Type()&os.ModeSymlink != 0 {
		target := make([]byte, unix.PathMax)
		n, err := unix.Readlinkat(old, e.Name(), target)
		if err != nil {
			return fmt.Errorf("read link %s: %w", to, err)
		}
		return os.Symlink(string(target[:n]), to)
	}
	tree, err := unix.OpenTree(old, e.Name(), unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return fmt.Errorf("carry over %s: %w", to, err)
	}
	defer unix.Close(tree)
	if e.IsDir() {
		err = os.Mkdir(to, 0o755)
	} else {
		err = os.WriteFile(to, nil, 0o644)
	}
	if err != nil {
		return fmt.Errorf("carry over %s: %w", to, err)
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, to, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("carry over %s: %w", to, err)
	}
	return nil
}

// NativeEnv is this process's environment with dir before everything else
// in PATH.
func NativeEnv(dir string) []string {
	env := []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PATH=") {
			env = append(env, v)
		}
	}
	return env
}

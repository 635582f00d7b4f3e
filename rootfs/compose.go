package rootfs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrUnsupported says that the kernel lacks the new mount API or refused it.
var ErrUnsupported = errors.New("the kernel refused a mount that the sandbox needs")

// epoch is the time of the root's own files and folders: older than anything
// that a build makes or that the store holds, and the same everywhere.
var epoch = time.Unix(1, 0)

// tmpfsSize is fixed: by default it would tell how much memory there is.
const tmpfsSize = "1g"

// Compose mounts r as one tree at the existing folder dir, in the caller's
// mount namespace, which must be private and in which the caller holds
// CAP_SYS_ADMIN. The tree is read-only but for its writable binds and its
// tmpfs; modes do not depend on the umask.
// The owner of everything of the root's own, and of what its read-only binds
// show of the caller's, is o. [Release] takes it down again.
func Compose(dir string, r Root, o Owner) (err error) {
	if err := mountTmpfs(dir, "0755", o); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, Release(dir))
		}
	}()
	c := composer{dir: dir, owner: o, folders: map[string]bool{}}
	if err := c.fill(r); err != nil {
		return err
	}
	c.age()
	if err := seal(dir); err != nil {
		return fmt.Errorf("make the sandbox's root read-only: %w: %w", ErrUnsupported, err)
	}
	return nil
}

// seal makes the composed root read-only. The kernel calls it busy while a
// file is open for writing, and one that we have closed may be so a moment
// longer: another thread that goes through this process's descriptors, as
// libcontainer does before it starts a process, holds on to each as it does.
func seal(dir string) error {
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV}
	err := unix.MountSetattr(unix.AT_FDCWD, dir, 0, &attr)
	for deadline := time.Now().Add(sealPatience); err == unix.EBUSY && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
		err = unix.MountSetattr(unix.AT_FDCWD, dir, 0, &attr)
	}
	return err
}

// sealPatience is ample for a thread that waits for its turn on a busy machine.
const sealPatience = 10 * time.Second

// Release detaches a composed tree; processes inside keep theirs.
func Release(dir string) error {
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		return fmt.Errorf("detach %s: %w", dir, err)
	}
	return nil
}

// composer fills a fresh tmpfs. Nothing hostile has touched that tmpfs, so
// plain paths below dir are safe; only targets are checked.
type composer struct {
	dir   string
	owner Owner
	// folders are known to be there.
	folders map[string]bool
	made    []string // entries of our own, whose times are set at the end
	closed  []string // binds and links: what lies beneath is not ours
}

func (c *composer) fill(r Root) error {
	for _, d := range r.Dirs {
		if err := c.mkdir(d); err != nil {
			return err
		}
	}
	for _, f := range r.Files {
		if err := c.file(f); err != nil {
			return err
		}
	}
	for _, p := range r.Pipes {
		if err := c.pipe(p); err != nil {
			return err
		}
	}
	for _, b := range r.Binds {
		if err := c.bind(b); err != nil {
			return err
		}
	}
	for _, t := range r.Tmpfs {
		if err := c.mkdir(t); err != nil {
			return err
		}
		if err := mountTmpfs(c.dir+t, "1777", c.owner); err != nil {
			return err
		}
	}
	return nil
}

// check keeps targets in the tmpfs: a mount point made inside a bind would
// be made in somebody's tree, and one behind a link anywhere.
func (c *composer) check(p string) error {
	if !strings.HasPrefix(p, "/") || p == "/" || filepath.Clean(p) != p {
		return fmt.Errorf("sandbox path %q is not a clean absolute path", p)
	}
	for _, q := range c.closed {
		if p == q || len(p) > len(q) && p[len(q)] == '/' && p[:len(q)] == q {
			return fmt.Errorf("sandbox path %q lies in %q, which is a bind or a link", p, q)
		}
	}
	return nil
}

func (c *composer) mkdir(p string) error {
	if err := c.check(p); err != nil {
		return err
	}
	for i := 1; i <= len(p); i++ {
		if i < len(p) && p[i] != '/' || c.folders[p[:i]] {
			continue
		}
		c.folders[p[:i]] = true
		err := os.Mkdir(c.dir+p[:i], 0o755)
		if err == nil {
			c.made = append(c.made, p[:i])
			// Now: a mount may cover it soon. The umask has no say.
			err = errors.Join(os.Chmod(c.dir+p[:i], 0o755), c.own(p[:i]))
		}
		if err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("create %s in the sandbox: %w", p, err)
		}
	}
	return nil
}

func (c *composer) parent(p string) error {
	if err := c.check(p); err != nil {
		return err
	}
	if d := filepath.Dir(p); d != "/" {
		return c.mkdir(d)
	}
	return nil
}

func (c *composer) file(f File) error {
	if err := c.parent(f.Path); err != nil {
		return err
	}
	c.made = append(c.made, f.Path)
	if f.Link != "" {
		c.closed = append(c.closed, f.Path)
		return errors.Join(os.Symlink(f.Link, c.dir+f.Path), c.own(f.Path))
	}
	return c.write(f.Path, append([]byte(f.Text), f.Data...), f.Mode)
}

func (c *composer) pipe(p string) error {
	if err := c.parent(p); err != nil {
		return err
	}
	c.made = append(c.made, p)
	err := unix.Mkfifo(c.dir+p, 0o600)
	if err := errors.Join(err, os.Chmod(c.dir+p, 0o666), c.own(p)); err != nil {
		return fmt.Errorf("create %s in the sandbox: %w", p, err)
	}
	return nil
}

// write makes a file that was not there, with this very mode.
func (c *composer) write(p string, content []byte, mode os.FileMode) error {
	// A process that is started meanwhile would hold the file open for
	// writing until it executes its program: then nothing becomes read-only.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	out, err := os.OpenFile(c.dir+p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("create %s in the sandbox: %w", p, err)
	}
	_, err = out.Write(content)
	if err := errors.Join(err, out.Chmod(mode), out.Close(), c.own(p)); err != nil {
		return fmt.Errorf("create %s in the sandbox: %w", p, err)
	}
	return nil
}

func (c *composer) bind(b Bind) error {
	tree, err := unix.OpenTree(unix.AT_FDCWD, b.Source,
		unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE|unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return fmt.Errorf("open %s for the sandbox: %w", b.Source, mountError(err))
	}
	defer unix.Close(tree)
	if err := c.target(tree, b.Target); err != nil {
		return err
	}
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_RDONLY}
	if b.Writable {
		attr.Attr_set &^= unix.MOUNT_ATTR_RDONLY
	}
	if b.Device {
		attr.Attr_set &^= unix.MOUNT_ATTR_NODEV
	}
	if err := c.attributes(tree, b, attr); err != nil {
		return fmt.Errorf("set attributes of %s: %w", b.Source, mountError(err))
	}
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, c.dir+b.Target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("mount %s at %s: %w", b.Source, b.Target, mountError(err))
	}
	c.closed = append(c.closed, b.Target)
	return nil
}

// attributes sets them and, where the file system can (ext4, xfs, btrfs,
// tmpfs; not overlay), shows the caller's files as the owner's.
func (c *composer) attributes(tree int, b Bind, attr unix.MountAttr) error {
	const everywhere = unix.AT_EMPTY_PATH | unix.AT_RECURSIVE
	if c.owner.Map != nil && (!b.Writable || b.Mapped) {
		mapped := attr
		mapped.Attr_set |= unix.MOUNT_ATTR_IDMAP
		mapped.Userns_fd = uint64(c.owner.Map.Fd())
		if err := unix.MountSetattr(tree, "", everywhere, &mapped); err != unix.EINVAL {
			return err
		}
		if b.Mapped {
			return fmt.Errorf("its file system has no id-mapped mounts: %w", ErrUnsupported)
		}
	}
	return unix.MountSetattr(tree, "", everywhere, &attr)
}

// target makes the mount point of a bind: a folder for a folder, a file for
// anything else.
func (c *composer) target(tree int, p string) error {
	var st unix.Stat_t
	if err := unix.Fstat(tree, &st); err != nil {
		return fmt.Errorf("stat what goes to %s: %w", p, err)
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		return c.mkdir(p)
	}
	if err := c.parent(p); err != nil {
		return err
	}
	return c.write(p, nil, 0o644)
}

// own gives the owner what was just made: who composed a sandbox is no
// business of the build inside.
func (c *composer) own(p string) error {
	if c.owner.ID == 0 {
		return nil
	}
	return os.Lchown(c.dir+p, c.owner.ID, c.owner.ID)
}

// age gives everything of the root's own one fixed time: when a sandbox was
// composed is no business of the build inside.
func (c *composer) age() {
	ts := []unix.Timespec{unix.NsecToTimespec(epoch.UnixNano()), unix.NsecToTimespec(epoch.UnixNano())}
	for i := len(c.made) - 1; i >= 0; i-- {
		_ = unix.UtimesNanoAt(unix.AT_FDCWD, c.dir+c.made[i], ts, unix.AT_SYMLINK_NOFOLLOW)
	}
	_ = unix.UtimesNanoAt(unix.AT_FDCWD, c.dir, ts, 0)
}

func mountTmpfs(dir, mode string, o Owner) error {
	fail := func(err error) error {
		return fmt.Errorf("mount a tmpfs at %s: %w", dir, mountError(err))
	}
	fsfd, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return fail(err)
	}
	defer unix.Close(fsfd)
	id := strconv.Itoa(o.ID)
	for _, option := range [][2]string{{"mode", mode}, {"size", tmpfsSize}, {"uid", id}, {"gid", id}} {
		if err := unix.FsconfigSetString(fsfd, option[0], option[1]); err != nil {
			return fail(err)
		}
	}
	if err := unix.FsconfigCreate(fsfd); err != nil {
		return fail(err)
	}
	mnt, err := unix.Fsmount(fsfd, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
	if err != nil {
		return fail(err)
	}
	defer unix.Close(mnt)
	if err := unix.MoveMount(mnt, "", unix.AT_FDCWD, dir, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fail(err)
	}
	return nil
}

func mountError(err error) error {
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return err
}

package crash

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inNamespaces runs this test's function again where it may mount: in a mount
// namespace, of an ordinary user in a small user namespace too, of which he is
// root. It reports whether this is already the run inside.
func inNamespaces(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideVar) != "" {
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), insideVar+"="+shared.dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	if uid := os.Geteuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if t.Logf("inside:\n%s", out); err != nil {
		t.Error(err)
	}
	return false
}

// disk is a tmpfs that can be filled up, with a project and its store on it.
type disk struct {
	project
	at     string
	before map[string]bool // paths in the store, when there was only the toolchain
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	d := &disk{at: scratch(t)}
	if err := unix.Mount("none", d.at, "tmpfs", 0, "mode=0755"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(d.at, unix.MNT_DETACH) })
	d.project = project{dir: filepath.Join(d.at, "project"), store: filepath.Join(d.at, "store")}
	return d
}

// copyToolchain puts the toolchain into the store.
func (d *disk) copyToolchain(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("cp", "-a", shared.toolchain, d.store).CombinedOutput(); err != nil {
		t.Fatalf("copy the toolchain: %v\n%s", err, out)
	}
}

// ample is more than any run takes.
const ample = 1 << 20

// leave leaves so many pages and inodes free.
func (d *disk) leave(pages, inodes int64) error {
	var s unix.Statfs_t
	if err := unix.Statfs(d.at, &s); err != nil {
		return err
	}
	options := fmt.Sprintf("nr_blocks=%d,nr_inodes=%d", int64(s.Blocks-s.Bfree)+pages, int64(s.Files-s.Ffree)+inodes)
	if err := unix.Mount("none", d.at, "tmpfs", unix.MS_REMOUNT, options); err != nil {
		return fmt.Errorf("remount with %s: %w", options, err)
	}
	return nil
}

// entries lists the outputs and the store's own files.
func (d *disk) entries() []string {
	var all []string
	for _, pattern := range []string{"*-*", ".belljar/*/*"} {
		found, _ := filepath.Glob(filepath.Join(d.store, pattern))
		all = append(all, found...)
	}
	return append(all, filepath.Join(d.dir, "parts"), filepath.Join(d.dir, "bin"), filepath.Join(d.dir, "belljar.lock"))
}

// remember notes what is there before the first build.
func (d *disk) remember() {
	d.before = map[string]bool{}
	for _, name := range d.entries() {
		if _, err := os.Lstat(name); err == nil {
			d.before[name] = true
		}
	}
}

// forget takes the store and the project back to then.
func (d *disk) forget() error {
	errs := []error{d.leave(ample, ample)}
	for _, name := range d.entries() {
		if !d.before[name] {
			errs = append(errs, os.RemoveAll(name))
		}
	}
	return errors.Join(errs...)
}

package view

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// self is files of a root, whose build is this process.
func self(t *testing.T, root string) *files {
	t.Helper()
	r, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	f := newFiles(r, Files{Other: true}, nil)
	f.build = &identity{uid: os.Geteuid(), own: os.Geteuid()}
	return f
}

// Whatever a path holds, it is looked up beneath the root, and no magic link
// is followed.
func TestLookupsStayBeneathTheRoot(t *testing.T) {
	dir := build(t, "")
	write(t, dir+"/root/in/file", "")
	write(t, dir+"/secret", "")
	for link, target := range map[string]string{
		"absolute": dir + "/secret", "up": "../../../secret", "inside": "/in/file", "upInside": "../../../../in/file",
	} {
		if err := os.Symlink(target, dir+"/root/"+link); err != nil {
			t.Fatal(err)
		}
	}
	f := self(t, dir+"/root")
	for path, want := range map[string]bool{
		"/in/file": true, "/inside": true, "/upInside": true, "/../in/file": true,
		"/absolute": false, "/up": false, dir + "/secret": false, "/../secret": false, "/../../etc/passwd": false,
	} {
		fd, err := f.lookup(path, true)
		if (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
		if err == nil {
			unix.Close(fd)
		}
	}
	if fd, err := self(t, "/").lookup("/proc/thread-self/root/etc", true); err != unix.ELOOP {
		t.Errorf("a magic link: %d, %v", fd, err)
	}
}

// A folder is not at a path where another one is.
func TestFoldersAreWhereTheyAre(t *testing.T) {
	dir := build(t, "")
	write(t, dir+"/root/in/file", "")
	write(t, dir+"/in/file", "")
	f := self(t, dir+"/root")
	for folder, want := range map[string]bool{dir + "/root/in": true, dir + "/in": false} {
		fd, err := unix.Open(folder, unix.O_PATH, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if err := f.isAt(fd, "/in"); (err == nil) != want {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

package tree

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWalkVisitsParentsFirstAndFollowsNothing(t *testing.T) {
	dir := t.TempDir()
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret"), nil, 0o600))
	must(t, os.MkdirAll(filepath.Join(dir, "a/b"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "a/b/f"), nil, 0o644))
	must(t, os.Symlink(outside, filepath.Join(dir, "a/out")))
	root, err := OpenRoot(dir)
	must(t, err)
	defer root.Close()
	var got []string
	must(t, root.Walk(func(e *Entry) error {
		got = append(got, e.Path)
		return nil
	}))
	if want := []string{".", "a", "a/b", "a/out", "a/b/f"}; !slices.Equal(got, want) {
		t.Errorf("walk visited %q, want %q", got, want)
	}
	if _, err := root.OpenFile("a/out/secret"); !errors.Is(err, unix.ELOOP) {
		t.Errorf("opening through a link: %v, want ELOOP", err)
	}
	if _, err := root.OpenFile("../" + filepath.Base(outside)); err == nil {
		t.Error("opening above the root succeeded")
	}
}

func TestOpenRootRefusesLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(t.TempDir(), link))
	if r, err := OpenRoot(link + "/"); err == nil {
		r.Close()
		t.Error("a link was opened as a root")
	}
}

func TestReadlinkLong(t *testing.T) {
	dir := t.TempDir()
	target := strings.Repeat("x/", 1500)
	must(t, os.Symlink(target, filepath.Join(dir, "l")))
	root, err := OpenRoot(dir)
	must(t, err)
	defer root.Close()
	must(t, root.Walk(func(e *Entry) error {
		if e.Path != "l" {
			return nil
		}
		got, err := e.Readlink()
		if got != target {
			t.Errorf("target has %d bytes, want %d", len(got), len(target))
		}
		return err
	}))
}

func TestRemoveReadOnlyTree(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "tree")
	keep := filepath.Join(base, "keep")
	must(t, os.WriteFile(keep, []byte("x"), 0o644))
	must(t, os.MkdirAll(filepath.Join(dir, "a/b"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "a/b/f"), nil, 0o400))
	must(t, os.Symlink(base, filepath.Join(dir, "a/up")))
	must(t, unix.Mkfifo(filepath.Join(dir, "a/fifo"), 0o600))
	must(t, os.Chmod(filepath.Join(dir, "a/b"), 0o000))
	must(t, os.Chmod(filepath.Join(dir, "a"), 0o555))
	must(t, Remove(dir))
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("tree is still there: %v", err)
	}
	if _, err := os.Stat(keep); err != nil {
		t.Errorf("a link was followed: %v", err)
	}
}

func TestRemoveKinds(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "file")
	link := filepath.Join(base, "link")
	must(t, os.WriteFile(file, nil, 0o400))
	must(t, os.Symlink(file, link))
	must(t, Remove(link))
	if _, err := os.Stat(file); err != nil {
		t.Errorf("the link's target went: %v", err)
	}
	must(t, Remove(file))
	must(t, Remove(file))
	must(t, Remove(filepath.Join(base, "no/such/thing")))
}

// The tree is far deeper than PATH_MAX, a default descriptor limit and
// maxDepth, and holds names that the mover itself uses.
func TestRemoveDeepTree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep")
	must(t, os.Mkdir(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "belljar-moved-1"), nil, 0o644))
	must(t, os.MkdirAll(filepath.Join(dir, "belljar-moved-2/x"), 0o755))
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	for range 5000 {
		must(t, unix.Mkdirat(fd, "d", 0o755))
		must(t, unix.Symlinkat("/", fd, "root"))
		next, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		must(t, err)
		must(t, unix.Fchmod(fd, 0o555))
		must(t, unix.Close(fd))
		fd = next
	}
	must(t, unix.Close(fd))
	var limit unix.Rlimit
	must(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	defer func() { must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)) }()
	must(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 2 * maxDepth, Max: limit.Max}))
	must(t, Remove(dir))
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("tree is still there: %v", err)
	}
}

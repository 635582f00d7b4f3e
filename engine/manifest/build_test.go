package manifest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// write makes a file with exactly this mode, whatever the umask.
func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o600))
	must(t, os.Chmod(path, mode))
}

func mkdir(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	must(t, os.Mkdir(path, 0o700))
	must(t, os.Chmod(path, mode))
}

// ordinary makes a tree of every kind with names that need no escapes.
func ordinary(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	mkdir(t, dir, 0o755)
	mkdir(t, filepath.Join(dir, "bin"), 0o750)
	mkdir(t, filepath.Join(dir, "empty"), 0o777|os.ModeSticky)
	write(t, filepath.Join(dir, "bin/hello"), "hello\n", 0o755)
	must(t, os.Link(filepath.Join(dir, "bin/hello"), filepath.Join(dir, "bin.copy")))
	write(t, filepath.Join(dir, "-dash"), "", 0o644)
	write(t, filepath.Join(dir, "+plus"), strings.Repeat("many bytes\n", 100_000), 0o400)
	write(t, filepath.Join(dir, "suid"), "hello\n", 0o755|os.ModeSetuid)
	must(t, os.Symlink("../nowhere", filepath.Join(dir, "bin/link")))
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "abs")))
	must(t, os.Symlink("bin", filepath.Join(dir, "dirlink")))
	return dir
}

func TestBuild(t *testing.T) {
	const big = "sha256:2e1059553410ac10771a6ddad67d3fe4ecb5e4c0622e8d71372b93e47a07cdbd"
	want := &Manifest{Entries: []Entry{
		{Path: ".", Kind: Dir, Mode: 0o755},
		{Path: "+plus", Kind: File, Mode: 0o400, Size: 1_100_000, Digest: big},
		{Path: "-dash", Kind: File, Mode: 0o644, Digest: emptyDigest},
		{Path: "abs", Kind: Symlink, Mode: 0o777, Target: "/etc/passwd"},
		{Path: "bin", Kind: Dir, Mode: 0o750},
		{Path: "bin.copy", Kind: File, Mode: 0o755, Size: 6, Digest: helloDigest},
		{Path: "bin/hello", Kind: File, Mode: 0o755, Size: 6, Digest: helloDigest},
		{Path: "bin/link", Kind: Symlink, Mode: 0o777, Target: "../nowhere"},
		{Path: "dirlink", Kind: Symlink, Mode: 0o777, Target: "bin"},
		{Path: "empty", Kind: Dir, Mode: 0o1777},
		{Path: "suid", Kind: File, Mode: 0o4755, Size: 6, Digest: helloDigest},
	}}
	dir := ordinary(t)
	for _, workers := range []int{0, 1, 3} {
		got, err := Build(context.Background(), dir, Options{Workers: workers})
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d workers (-want +got):\n%s", workers, diff)
		}
	}
	if got := want.Size(); got != 1_100_018 {
		t.Errorf("size is %d", got)
	}
}

// Odd names survive the file system and the encoding.
func TestBuildOddNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	mkdir(t, dir, 0o755)
	names := []string{"a b", "new\nline", "100%", "caf\u00e9", "\xff\xfe", "...", "%41"}
	for _, name := range names {
		write(t, filepath.Join(dir, name), "hello\n", 0o644)
	}
	m, err := Build(context.Background(), dir, Options{})
	must(t, err)
	data, err := m.Encode()
	must(t, err)
	again, err := Decode(data)
	must(t, err)
	if diff := cmp.Diff(m, again); diff != "" || len(m.Entries) != len(names)+1 {
		t.Errorf("%d entries, differences:\n%s", len(m.Entries), diff)
	}
}

func TestBuildRefusesSpecialFiles(t *testing.T) {
	tests := map[string]struct {
		make func(path string) error
		word string
	}{
		"fifo": {func(p string) error { return unix.Mkfifo(p, 0o644) }, "fifo"},
		"socket": {func(p string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: p})
			if err == nil {
				l.SetUnlinkOnClose(false)
				err = l.Close()
			}
			return err
		}, "socket"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "m") // short: a socket's path is limited
			must(t, err)
			defer os.RemoveAll(dir)
			mkdir(t, filepath.Join(dir, "sub"), 0o755)
			must(t, tt.make(filepath.Join(dir, "sub/odd")))
			_, err = Build(context.Background(), dir, Options{})
			if !errors.Is(err, ErrSpecial) || !strings.Contains(err.Error(), `"sub/odd" is a `+tt.word) {
				t.Errorf("error is %v, want ErrSpecial naming the path and kind", err)
			}
		})
	}
}

// A folder that cannot be read is never left out silently. Root reads
// everything, so for root the tree is only complete.
func TestBuildUnreadable(t *testing.T) {
	for _, name := range []string{"folder", "file"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			mkdir(t, filepath.Join(dir, "folder"), 0o755)
			write(t, filepath.Join(dir, "folder/inner"), "hello\n", 0o644)
			write(t, filepath.Join(dir, "file"), "hello\n", 0o644)
			path := filepath.Join(dir, name)
			must(t, os.Chmod(path, 0))
			defer os.Chmod(path, 0o700)
			m, err := Build(context.Background(), dir, Options{})
			if os.Geteuid() == 0 {
				if err != nil || len(m.Entries) != 4 {
					t.Errorf("root sees %v, %v", m, err)
				}
				return
			}
			if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), name) {
				t.Errorf("error is %v, want a refused permission naming %s", err, name)
			}
		})
	}
}

func TestBuildRootMustBeFolder(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Symlink("/", filepath.Join(dir, "link")))
	write(t, filepath.Join(dir, "file"), "", 0o644)
	for _, name := range []string{"link", "file", "none"} {
		if _, err := Build(context.Background(), filepath.Join(dir, name), Options{}); err == nil {
			t.Errorf("%s was taken for a folder", name)
		}
	}
}

func TestBuildCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Build(ctx, ordinary(t), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
}

// Scan sees each content once, whole, and a hard-linked file under one name.
func TestBuildScan(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]*bytes.Buffer{}
	_, err := Build(context.Background(), ordinary(t), Options{Scan: func(path string) io.Writer {
		if path == "suid" {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		seen[path] = &bytes.Buffer{}
		return seen[path]
	}})
	must(t, err)
	got := map[string]int{}
	for path, content := range seen {
		got[strings.Replace(path, "bin/hello", "bin.copy", 1)] = content.Len()
	}
	want := map[string]int{"+plus": 1_100_000, "-dash": 0, "bin.copy": 6}
	if diff := cmp.Diff(want, got); diff != "" || len(seen) != 3 {
		t.Errorf("scanned sizes (-want +got):\n%s", diff)
	}
}

// growing makes the file longer while it is hashed.
type growing struct {
	path string
	once sync.Once
}

func (g *growing) Write(p []byte) (int, error) {
	g.once.Do(func() {
		if f, err := os.OpenFile(g.path, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			f.WriteString("more")
			f.Close()
		}
	})
	return len(p), nil
}

func TestBuildChangedFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "f"), "hello\n", 0o644)
	w := &growing{path: filepath.Join(dir, "f")}
	_, err := Build(context.Background(), dir, Options{Scan: func(string) io.Writer { return w }})
	if !errors.Is(err, ErrChanged) {
		t.Errorf("error is %v, want ErrChanged", err)
	}
}

// The script in docs/manifest.md gives the same bytes.
func TestDocumentedScript(t *testing.T) {
	doc, err := os.ReadFile("../../docs/manifest.md")
	must(t, err)
	_, rest, _ := strings.Cut(string(doc), "```sh\n")
	script, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("docs/manifest.md holds no sh block")
	}
	dir := ordinary(t)
	m, err := Build(context.Background(), dir, Options{})
	must(t, err)
	want, err := m.Encode()
	must(t, err)
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	got, err := cmd.Output()
	must(t, err)
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the script differs (-belljar +script):\n%s", diff)
	}
}

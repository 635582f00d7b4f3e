package rootfs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// probeVar makes the test binary compose a root, in a mount namespace of its
// own, and report what it finds there.
const probeVar = "BELLJAR_TEST_PROBE"

func TestMain(m *testing.M) {
	if text := os.Getenv(probeVar); text != "" {
		json.NewEncoder(os.Stdout).Encode(runProbe(text))
		return
	}
	os.Exit(m.Run())
}

// probe is what the child is told: a root to compose at Dir, and paths below
// it to look at, to write a file in and to open for writing.
type probe struct {
	Dir                string
	Root               Root
	Look, Enter, Write []string
	Read               []string
	Mount              string // a tmpfs is mounted here first: a submount of a bind
	Busy               bool   // only seal Dir, in which a file is open for a moment longer
}

// findings are the child's.
type findings struct {
	Err, ReleaseErr string
	Unsupported     bool
	Look            map[string]string // "mode seconds" or "-> target"
	Enter, Write    map[string]string // "ok" or the error
	Read            map[string][]byte // what a file holds
	After           []string          // what is left of Dir when it is released
}

func runProbe(text string) (f findings) {
	var p probe
	fail := func(err error) findings { f.Err = "probe: " + err.Error(); return f }
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return fail(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fail(err)
	}
	if p.Busy {
		return sealBusy(p.Dir)
	}
	if p.Mount != "" {
		if err := unix.Mount("tmpfs", p.Mount, "tmpfs", 0, ""); err != nil {
			return fail(err)
		}
	}
	unix.Umask(0o077)
	if err := Compose(p.Dir, p.Root, Owner{}); err != nil {
		f.Err, f.Unsupported = err.Error(), errors.Is(err, ErrUnsupported)
	} else {
		f.look(p)
		if err := Release(p.Dir); err != nil {
			f.ReleaseErr = err.Error()
		}
	}
	entries, _ := os.ReadDir(p.Dir)
	for _, e := range entries {
		f.After = append(f.After, e.Name())
	}
	return f
}

func sealBusy(dir string) (f findings) {
	err := mountTmpfs(dir, "0755", Owner{})
	out, createErr := os.Create(filepath.Join(dir, "file"))
	if err := errors.Join(err, createErr); err != nil {
		f.Err = err.Error()
		return f
	}
	time.AfterFunc(50*time.Millisecond, func() { out.Close() })
	if err := errors.Join(seal(dir), Release(dir)); err != nil {
		f.Err = err.Error()
	}
	return f
}

func (f *findings) look(p probe) {
	f.Look, f.Enter, f.Write = map[string]string{}, map[string]string{}, map[string]string{}
	for _, name := range p.Look {
		info, err := os.Lstat(p.Dir + name)
		if err != nil {
			f.Look[name] = unwrapped(err)
			continue
		}
		f.Look[name] = fmt.Sprintf("%v %d", info.Mode(), info.ModTime().Unix())
		if target, err := os.Readlink(p.Dir + name); err == nil {
			f.Look[name] += " -> " + target
		}
	}
	f.Read = map[string][]byte{}
	for _, name := range p.Read {
		f.Read[name], _ = os.ReadFile(p.Dir + name)
	}
	for _, name := range p.Enter {
		f.Enter[name] = unwrapped(os.WriteFile(p.Dir+name+"/probe", nil, 0o644))
	}
	for _, name := range p.Write {
		out, err := os.OpenFile(p.Dir+name, os.O_WRONLY, 0)
		if err == nil {
			_, err = out.WriteString("x")
			out.Close()
		}
		f.Write[name] = unwrapped(err)
	}
}

func unwrapped(err error) string {
	var path *os.PathError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}

// explore runs a probe. Root and ordinary users alike get a user namespace.
func explore(t *testing.T, p probe) findings {
	t.Helper()
	p.Dir = t.TempDir()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{probeVar + "=" + string(text)}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	var f findings
	if err := json.Unmarshal(out, &f); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if len(f.After) > 0 || f.ReleaseErr != "" {
		t.Errorf("not released: %v %s", f.After, f.ReleaseErr)
	}
	return f
}

// tree makes a folder to bind.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"sub/deep", "mnt"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := errors.Join(os.WriteFile(file, []byte("text"), 0o644), os.Chmod(file, 0o644)); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return dir
}

func wantAll(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name, w := range want {
		if g := got[name]; g != w && !(strings.HasSuffix(w, "*") && strings.HasPrefix(g, w[:len(w)-1])) {
			t.Errorf("%s %s: %s, want %s", what, name, g, w)
		}
	}
}

func TestCompose(t *testing.T) {
	source := tree(t)
	f := explore(t, probe{
		Mount: source + "/mnt",
		Root: Root{
			Dirs: []string{"/proc", "/a/b/c"},
			Files: []File{
				{Path: "/etc/passwd", Text: "build\n", Mode: 0o644},
				{Path: "/etc/secret", Text: "x", Mode: 0o600},
				{Path: "/bin/sh", Link: "/tc/bin/sh"},
			},
			Binds: []Bind{
				{Source: source, Target: "/ro"},
				{Source: source, Target: "/deep/er/rw", Writable: true},
				{Source: source + "/file", Target: "/x/file"},
				{Source: "/dev/null", Target: "/dev/null", Writable: true, Device: true},
				{Source: "/dev/null", Target: "/dev/nodev", Writable: true},
			},
			Tmpfs: []string{"/tmp", "/dev/shm"},
		},
		Look:  []string{"", "/proc", "/a", "/a/b/c", "/etc", "/etc/passwd", "/etc/secret", "/bin/sh", "/tmp", "/dev/shm", "/ro/file", "/x/file", "/x", "/deep/er"},
		Enter: []string{"", "/proc", "/a/b", "/etc", "/ro", "/ro/sub/deep", "/ro/mnt", "/deep/er", "/deep/er/rw", "/deep/er/rw/mnt", "/tmp", "/dev/shm", "/dev"},
		Write: []string{"/etc/passwd", "/ro/file", "/x/file", "/deep/er/rw/file", "/dev/null", "/dev/nodev"},
	})
	if f.Err != "" {
		t.Fatal(f.Err)
	}
	const readOnly = "read-only file system"
	wantAll(t, "looks", f.Look, map[string]string{
		"": "drwxr-xr-x 1", "/proc": "drwxr-xr-x 1", "/a": "drwxr-xr-x 1", "/a/b/c": "drwxr-xr-x 1",
		"/etc": "drwxr-xr-x 1", "/etc/passwd": "-rw-r--r-- 1", "/etc/secret": "-rw------- 1",
		"/bin/sh": "Lrwxrwxrwx 1 -> /tc/bin/sh", "/x": "drwxr-xr-x 1", "/deep/er": "drwxr-xr-x 1",
		"/tmp": "dtrwxrwxrwx *", "/dev/shm": "dtrwxrwxrwx *", "/ro/file": "-rw-r--r-- *", "/x/file": "-rw-r--r-- *",
	})
	wantAll(t, "makes a file in", f.Enter, map[string]string{
		"": readOnly, "/proc": readOnly, "/a/b": readOnly, "/etc": readOnly, "/dev": readOnly, "/deep/er": readOnly,
		"/ro": readOnly, "/ro/sub/deep": readOnly,
		"/ro/mnt":     readOnly, // a mount below the bound folder
		"/deep/er/rw": "ok", "/deep/er/rw/mnt": "ok", "/tmp": "ok", "/dev/shm": "ok",
	})
	wantAll(t, "writes", f.Write, map[string]string{
		"/etc/passwd": readOnly, "/ro/file": readOnly, "/x/file": readOnly, "/deep/er/rw/file": "ok",
		"/dev/null": "ok", "/dev/nodev": "permission denied",
	})
	if _, err := os.Stat(source + "/probe"); err != nil {
		t.Errorf("the writable bind is no bind: %v", err)
	}
}

func TestComposeMinimal(t *testing.T) {
	f := explore(t, probe{
		Root:  Minimal(),
		Look:  []string{"/dev/fd", "/dev/shm", "/etc/passwd", "/etc/group", "/etc/hosts", "/bin", "/usr", "/etc/resolv.conf"},
		Write: []string{"/dev/null", "/dev/zero"},
	})
	if f.Err != "" {
		t.Fatal(f.Err)
	}
	const none = "no such file or directory"
	wantAll(t, "looks", f.Look, map[string]string{
		"/dev/fd": "Lrwxrwxrwx 1 -> /proc/self/fd", "/dev/shm": "dtrwxrwxrwx *", "/etc/passwd": "-rw-r--r-- 1",
		"/etc/group": "-rw-r--r-- 1", "/etc/hosts": "-rw-r--r-- 1", "/bin": none, "/usr": none, "/etc/resolv.conf": none,
	})
	wantAll(t, "writes", f.Write, map[string]string{"/dev/null": "ok", "/dev/zero": "ok"})
}

func TestComposeRefuses(t *testing.T) {
	source := tree(t)
	if err := os.Symlink(source+"/sub", source+"/link"); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		root Root
		want string
	}{
		{"relative", Root{Dirs: []string{"a"}}, `sandbox path "a" is not a clean absolute path`},
		{"the root itself", Root{Dirs: []string{"/"}}, `sandbox path "/" is not a clean absolute path`},
		{"climbing", Root{Dirs: []string{"/a/../../b"}}, `sandbox path "/a/../../b" is not a clean absolute path`},
		{"file", Root{Files: []File{{Path: "/../x"}}}, `sandbox path "/../x" is not a clean absolute path`},
		{"bind", Root{Binds: []Bind{{Source: source, Target: "/x/"}}}, `sandbox path "/x/" is not a clean absolute path`},
		{"tmpfs", Root{Tmpfs: []string{"tmp"}}, `sandbox path "tmp" is not a clean absolute path`},
		{"no source", Root{Binds: []Bind{{Source: source + "/none", Target: "/x"}}}, "open " + source + "/none for the sandbox: no such file or directory"},
		{
			"bind in a bind", Root{Binds: []Bind{{Source: source, Target: "/x", Writable: true}, {Source: source, Target: "/x/link/made"}}},
			`sandbox path "/x/link/made" lies in "/x", which is a bind or a link`,
		},
		{"two binds at one place", Root{Binds: []Bind{{Source: source, Target: "/x"}, {Source: source, Target: "/x"}}}, `sandbox path "/x" lies in "/x", which is a bind or a link`},
		{"tmpfs in a bind", Root{Binds: []Bind{{Source: source, Target: "/x"}}, Tmpfs: []string{"/x/sub"}}, `sandbox path "/x/sub" lies in "/x", which is a bind or a link`},
		{"behind a link", Root{Files: []File{{Path: "/l", Link: source}, {Path: "/l/made"}}}, `sandbox path "/l/made" lies in "/l", which is a bind or a link`},
		{"a bind behind a link", Root{Files: []File{{Path: "/l", Link: source}}, Binds: []Bind{{Source: source, Target: "/l/made"}}}, `sandbox path "/l/made" lies in "/l", which is a bind or a link`},
		{"two files", Root{Files: []File{{Path: "/f"}, {Path: "/f"}}}, "create /f in the sandbox: open DIR/f: file exists"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := explore(t, probe{Root: tt.root})
			got := f.Err
			if i := strings.Index(got, ": open "); i >= 0 {
				got = got[:i] + ": open DIR" + got[strings.LastIndex(got, "/f: "):]
			}
			if got != tt.want {
				t.Errorf("error %s\n want %s", got, tt.want)
			}
			if f.Unsupported {
				t.Error("blamed on the kernel")
			}
		})
	}
	if entries, _ := os.ReadDir(source + "/sub"); len(entries) != 1 {
		t.Errorf("something was made in a source: %v", entries)
	}
}

// Without the right to mount, it is the kernel that refused.
// A thread that looks through our descriptors may keep a file open for writing
// after we have closed it.
func TestSealWaits(t *testing.T) {
	if f := explore(t, probe{Busy: true}); f.Err != "" {
		t.Error(f.Err)
	}
}

func TestComposeWithoutTheRightToMount(t *testing.T) {
	if os.Geteuid() == 0 {
		// Root's own right is given up in a thread that ends with the test.
		lose(t)
	}
	err := Compose(t.TempDir(), Root{}, Owner{})
	if !errors.Is(err, ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

// What a sandbox shows travels as JSON, which knows no bytes but UTF-8.
func TestFileOfAnyBytes(t *testing.T) {
	bytes := []byte{0, 0xff, 0x80, '\n', 0xc3}
	f := explore(t, probe{
		Root: Root{Files: []File{
			{Path: "/etc/bytes", Data: bytes, Mode: 0o644},
			{Path: "/etc/both", Text: "é", Data: bytes, Mode: 0o644},
		}},
		Read: []string{"/etc/bytes", "/etc/both"},
	})
	for name, want := range map[string]string{"/etc/bytes": string(bytes), "/etc/both": "é" + string(bytes)} {
		if got := string(f.Read[name]); f.Err != "" || got != want {
			t.Errorf("%s holds %q, %s, want %q", name, got, f.Err, want)
		}
	}
}

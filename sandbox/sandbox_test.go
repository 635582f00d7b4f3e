package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"belljar.build/rootfs"
	"belljar.build/sandbox"
	"belljar.build/sandbox/view"
)

// TestMain lets the test binary play the parts of the sandbox.
func TestMain(m *testing.M) {
	sandbox.Main(perform)
	os.Exit(m.Run())
}

// order is what these tests ask of their payload.
type order struct {
	Argv []string
	// Source makes the payload answer with the content of file 0.
	Source bool
	// Leave makes it end what the command left, and see that nobody is left.
	Leave bool
	// Keyring makes it look for the caller's secret.
	Keyring bool
}

func perform(t sandbox.Task, out io.Writer) any {
	var o order
	if err := json.Unmarshal(t.Data, &o); err != nil {
		return err.Error()
	}
	if o.Source {
		data, err := io.ReadAll(t.Files[0])
		return fmt.Sprint(string(data), err)
	}
	if o.Keyring {
		return findSecret()
	}
	cmd := exec.Command(o.Argv[0], o.Argv[1:]...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return err.Error()
	}
	if o.Leave {
		return left(t)
	}
	return "ok"
}

// left ends the others and says who is there all the same. Zombies may wait
// for PID 1 a little.
func left(t sandbox.Task) string {
	time.Sleep(50 * time.Millisecond)
	if err := t.EndOthers(); err != nil {
		return err.Error()
	}
	if names, _ := filepath.Glob("/proc/[0-9]*"); len(names) != 1 { // /proc/self's own
		return fmt.Sprint("left: ", names)
	}
	return "alone"
}

// bench is one supervisor with the host's own system shown read-only: these
// tests are about the sandbox, not about what a build sees.
type bench struct {
	dir  string
	sup  *sandbox.Supervisor
	root rootfs.Root
	// observe takes what is observed, when it is set.
	observe *os.File
	limits  sandbox.Limits
	view    view.View
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), root: rootfs.Minimal()}
	for d := b.dir; len(d) > 4; d = filepath.Dir(d) {
		os.Chmod(d, 0o755) // root's builds run as another uid
	}
	for _, d := range []string{"scratch", "work", "build"} {
		if err := os.Mkdir(filepath.Join(b.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{"/usr", "/lib", "/lib64", "/bin"} {
		source, err := filepath.EvalSymlinks(d)
		if err != nil {
			t.Fatal(err)
		}
		b.root.Binds = append(b.root.Binds, rootfs.Bind{Source: source, Target: d})
	}
	if err := os.WriteFile(b.dir+"/declared", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.root.Binds = append(b.root.Binds, rootfs.Bind{Source: b.dir + "/declared", Target: "/declared"})
	b.root.Binds = append(b.root.Binds, rootfs.Bind{Source: b.dir + "/build", Target: "/build", Writable: true})
	b.root.Tmpfs = append(b.root.Tmpfs, "/tmp")
	sup, err := sandbox.Start(b.dir + "/scratch")
	if err != nil {
		t.Fatal(err)
	}
	b.sup = sup
	t.Cleanup(func() {
		if err := sup.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) run(ctx context.Context, o order, sources ...*os.File) (status, output string, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", "", err
	}
	defer r.Close()
	text := make(chan string)
	go func() {
		data, _ := io.ReadAll(r)
		text <- string(data)
	}()
	task, _ := json.Marshal(o)
	spec := sandbox.Spec{Root: b.root, Task: task, Work: b.dir + "/work", Owned: []string{b.dir + "/build"}, Observe: b.observe != nil, Limits: b.limits, View: b.view}
	result, err := b.sup.Run(ctx, spec, sandbox.Files{Output: w, Sources: sources, Observations: b.observe})
	w.Close()
	output = <-text
	if err != nil {
		return "", output, err
	}
	err = json.Unmarshal(result.Status, &status)
	return status, output, err
}

func (b *bench) sh(t testing.TB, script string) string {
	t.Helper()
	status, output, err := b.run(t.Context(), order{Argv: []string{"/bin/sh", "-c", script}})
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return strings.TrimSpace(output) + " [" + status + "]"
}

func TestInside(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct{ name, script, want string }{
		{"identity", "id -u; id -g; id -un; hostname; umask", "1000\n1000\nbuild\nlocalhost\n0022 [ok]"},
		{"no capability is left in any set", "grep -E '^Cap' /proc/self/status | grep -vc 0000000000000000", "0 [exit status 1]"},
		{"no new privileges", "grep NoNewPrivs /proc/self/status | tr '\\t' ' '", "NoNewPrivs: 1 [ok]"},
		{"ASLR is off", "cat /proc/self/personality", "00040000 [ok]"},
		{"only stdio is inherited", "ls /proc/self/fd | tr '\\n' ' '", "0 1 2 3 [ok]"}, // 3 is ls reading the folder
		{"the program stays hidden", "readlink /proc/1/exe /proc/[0-9]*/exe | grep -vc -e /bin -e /usr", "0 [exit status 1]"},
		{"the root is read-only", "for d in / /usr /etc /dev /var; do mkdir $d/x 2>/dev/null && echo wrote $d; done; echo end", "end [ok]"},
		{"build, tmp and shm are writable", "touch /build/x /tmp/x /dev/shm/x && echo yes", "yes [ok]"},
		{"owners are the same whoever builds", "stat -c %u:%g / /etc /etc/passwd /dev /dev/shm /build /declared; stat -c %u /dev/null",
			strings.Repeat("1000:1000\n", 7) + "65534 [ok]"},
		{"and nobody's file can be written", "(echo x >>/declared; chmod 777 /declared /etc) 2>/dev/null; cat /declared; echo; stat -c %a /declared /etc", "x\n644\n755 [ok]"},
		{"no file of the host", "ls /", "bin\nbuild\ndeclared\ndev\netc\nlib\nlib64\nproc\ntmp\nusr [ok]"},
		{"devices", "cd /dev && echo *", "fd full null random shm stderr stdin stdout urandom zero [ok]"},
		{"a set-id file of the host gives nothing", "su -c id 2>/dev/null || echo refused", "refused [ok]"},
		{"loopback only, and no route", "grep -c : /proc/self/net/dev; wc -l </proc/self/net/route", "1\n1 [ok]"},
		{"mounting is refused", "mount -t tmpfs x /tmp 2>/dev/null || echo refused", "refused [ok]"},
		{"limits", "ulimit -n; ulimit -s; ulimit -c; ulimit -Hc; ulimit -r; ulimit -f", "1024\n8192\n0\n0\n0\nunlimited [ok]"},
		{"a core dump goes nowhere, not even through a pipe", "grep core /proc/self/limits | tr -s ' '", "Max core file size 1 1 bytes [ok]"},
		{"the machine's uptime stays outside", "[ $(cut -d' ' -f22 /proc/self/stat) -lt 6000 ] && echo young", "young [ok]"},
		{"times of the sandbox's own files", "stat -c %Y / /etc /etc/passwd /dev /usr/.. | sort -u", "1 [ok]"},
		{"/proc shows processes alone", "cd /proc && echo * | tr -d '0-9' | tr -s ' '", "self thread-self [ok]"},
		{"signals from inside do not reach PID 1", "for s in $(seq 0 64); do kill -$s 1 && echo sent $s; done 2>/dev/null; echo alive", "alive [ok]"},
		{"uname tells nothing of the machine", "uname -snrvmo", "Linux localhost " + view.Release + " " + view.Version + " x86_64 GNU/Linux [ok]"},
		{"nor does sysinfo", "uptime -s 2>/dev/null || echo unknown; nproc >/dev/null && echo ok", "unknown\nok [ok]"},
		{"no namespace can be made", "unshare -U true 2>/dev/null || echo refused", "refused [ok]"},
		{"no set-id bit can be set", "touch /build/f; chmod u+s /build/f 2>/dev/null || echo refused; mkdir -m 2755 /build/d 2>/dev/null || echo refused", "refused\nrefused [ok]"},
		{"PID 1 and the executor are not to be seen", "cat /proc/1/status /proc/$PPID/status 2>/dev/null || echo hidden", "hidden [ok]"},
		{"stderr can be reopened", "echo hello >/dev/stderr", "hello [ok]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.sh(t, c.script); got != c.want {
				t.Errorf("%s\n got %q\nwant %q", c.script, got, c.want)
			}
		})
	}
}

// TestOurProcessesInside looks from outside at PID 1 and the executor: no
// thread of theirs keeps a capability, and PID 1 is one thread without
// descriptors.
func TestOurProcessesInside(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	mark := fmt.Sprintf("%d", 300000+os.Getpid())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _, _ = b.run(ctx, order{Argv: []string{"/bin/sleep", mark}})
	}()
	defer func() { cancel(); <-ended }()
	var build string
	await(t, "the build runs", func() bool { build = pidOf(mark); return build != "" })
	executor := status(t, build, "PPid")
	init := status(t, executor, "PPid")
	for name, pid := range map[string]string{"the build": build, "the executor": executor, "PID 1": init} {
		threads, _ := filepath.Glob("/proc/" + pid + "/task/*")
		if len(threads) == 0 || name == "PID 1" && len(threads) != 1 {
			t.Errorf("%s has %d threads", name, len(threads))
		}
		for _, thread := range threads {
			for _, set := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
				if got := status(t, strings.TrimPrefix(thread, "/proc/"), set); strings.Trim(got, "0") != "" {
					t.Errorf("%s: %s of %s is %s", name, set, thread, got)
				}
			}
			if status(t, strings.TrimPrefix(thread, "/proc/"), "NoNewPrivs") != "1" {
				t.Errorf("%s could gain privileges", name)
			}
		}
	}
	if open, err := os.ReadDir("/proc/" + init + "/fd"); err == nil && len(open) > 0 {
		t.Errorf("PID 1 has %d descriptors", len(open))
	}
}

// status is a field of /proc/PID/status.
func status(t *testing.T, pid, field string) string {
	t.Helper()
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n"+field+":")
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// pidOf is the process "sleep ARG".
func pidOf(arg string) string {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if text, _ := os.ReadFile(f); strings.HasSuffix(string(text), "sleep\x00"+arg+"\x00") {
			return strings.Split(f, "/")[2]
		}
	}
	return ""
}

// TestNobodyIsLeftBeside lets a step leave processes that fork all the time,
// and ends them.
func TestNobodyIsLeftBeside(t *testing.T) {
	b := newBench(t)
	status, output, err := b.run(t.Context(), order{Leave: true, Argv: []string{"/bin/sh", "-c",
		"(while :; do (sleep 1000 & true); done) >/dev/null 2>&1 & for i in $(seq 20); do setsid sleep 1000 >/dev/null 2>&1 & done"}})
	if err != nil || status != "alone" {
		t.Errorf("%q, %v\n%s", status, err, output)
	}
}

func TestSourceArrivesAsDescriptor(t *testing.T) {
	b := newBench(t)
	name := filepath.Join(b.dir, "source")
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	status, output, err := b.run(t.Context(), order{Source: true}, f)
	if err != nil || status != "content<nil>" {
		t.Errorf("got %q, %v\n%s", status, err, output)
	}
}

func TestCancelKillsEverythingInside(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	mark := fmt.Sprintf("%d", 100000+os.Getpid()) // found by its argument in /proc
	go func() {
		defer cancel()
		await(t, "the build runs", func() bool { return running(mark) })
	}()
	_, _, err := b.run(ctx, order{Argv: []string{"/bin/sh", "-c", "setsid sleep " + mark + " & sleep " + mark}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	waitGone(t, mark)
	if got := b.sh(t, "echo still works"); got != "still works [ok]" {
		t.Errorf("after a cancelled run: %q", got)
	}
}

func TestKillOfTheCallerKillsEverything(t *testing.T) {
	if os.Getenv("BELLJAR_TEST_VICTIM") != "" {
		newBench(t).sh(t, "sleep "+os.Getenv("BELLJAR_TEST_VICTIM"))
		return
	}
	mark := fmt.Sprintf("%d", 200000+os.Getpid())
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestKillOfTheCallerKillsEverything$")
	dir := t.TempDir() // a killed process cannot remove its own
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(os.Environ(), "BELLJAR_TEST_VICTIM="+mark, "TMPDIR="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the build runs", func() bool { return running(mark) })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	waitGone(t, mark)
}

// running looks for a process with arg as a whole argument.
func running(arg string) bool {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		if strings.HasSuffix(string(text), "\x00"+arg+"\x00") && strings.HasPrefix(string(text), "sleep") {
			return true
		}
	}
	return false
}

func waitGone(t *testing.T, mark string) {
	t.Helper()
	await(t, "sleep "+mark+" is gone", func() bool { return !running(mark) })
}

// await polls, because what it waits for happens in other processes; it gives
// up long after any machine has got there.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("waited in vain until %s", what)
			return
		}
	}
}

func TestMissingBindIsAClearError(t *testing.T) {
	b := newBench(t)
	b.root.Binds = append(b.root.Binds, rootfs.Bind{Source: b.dir + "/absent", Target: "/absent"})
	_, _, err := b.run(t.Context(), order{Argv: []string{"/bin/true"}})
	if err == nil || !strings.Contains(err.Error(), "absent for the sandbox") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkStart(b *testing.B) {
	bench := newBench(b)
	for b.Loop() {
		if status, output, err := bench.run(context.Background(), order{Argv: []string{"/bin/true"}}); err != nil || status != "ok" {
			b.Fatal(status, output, err)
		}
	}
}

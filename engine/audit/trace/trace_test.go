package trace_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/audit"
	"belljar.build/engine/audit/trace"
	"belljar.build/sandbox/observe"
)

const (
	zlib    = "0123456789abcdef0123456789abcdef-zlib-1.3"
	libxml2 = "1123456789abcdef0123456789abcdef-libxml2-2.9"
	openssl = "2123456789abcdef0123456789abcdef-openssl-3.0"
	own     = "3123456789abcdef0123456789abcdef-file-5.44"
	store   = "/var/lib/belljar/store/"
	multi   = "/usr/include/x86_64-linux-gnu/"
	gccLib  = "/tc/lib/gcc/x86_64-linux-gnu/10/"
)

// build writes an observation by hand.
type build struct {
	t       *testing.T
	text    bytes.Buffer
	last    int
	subject trace.Subject
}

func newBuild(t *testing.T) *build {
	b := &build{t: t, subject: trace.Subject{
		Part: "file", Output: own, Action: &action.Action{Env: map[string]string{"PATH": store + zlib + "/bin:/tc/bin"}},
		Inputs: []trace.Input{
			{Path: zlib, Part: "zlib", Declared: true},
			{Path: libxml2, Part: "libxml2", Declared: true},
			{Path: openssl, Part: "openssl", By: []string{"libxml2"}},
		},
		Parts: []string{"file", "xz", "zlib", "bzip2"},
	}}
	// Both declared parts are read, so that only a test of that finds it.
	p := b.start(0, "/tc/bin/cat", "cat")
	b.found(p, observe.Open, store+zlib+"/include/zlib.h", store+libxml2+"/include/libxml/parser.h")
	return b
}

func (b *build) write(r observe.Record) {
	b.t.Helper()
	line, err := json.Marshal(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.text.Write(append(line, '\n'))
}

func (b *build) start(parent int, program string, argv ...string) int {
	b.last++
	b.write(observe.Record{Process: b.last, Parent: parent, Program: program, Argv: argv, Found: true})
	return b.last
}

// gcc starts a compiler: the wrapper, the driver, and what it runs.
func (b *build) gcc(parent int, tool string, toolArgv []string, argv ...string) int {
	p := b.start(parent, "/tc/bin/gcc", append([]string{"gcc"}, argv...)...)
	p = b.start(p, "/tc/driver/gcc", append([]string{"/tc/driver/gcc"}, argv...)...)
	if tool == "ld" {
		p = b.start(p, gccLib+"collect2", append([]string{"collect2"}, toolArgv...)...)
	}
	return b.start(p, gccLib+tool, append([]string{tool}, toolArgv...)...)
}

func (b *build) found(p int, op observe.Op, paths ...string) {
	for _, path := range paths {
		b.write(observe.Record{Process: p, Op: op, Path: path, Found: true})
	}
}

func (b *build) missed(p int, op observe.Op, paths ...string) {
	for _, path := range paths {
		b.write(observe.Record{Process: p, Op: op, Path: path})
	}
}

func (b *build) audit() *trace.Result {
	b.t.Helper()
	r, err := trace.Audit(&b.text, b.subject)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// told is "D02 warning libz" of each finding.
func told(r *trace.Result) (all []string) {
	for _, f := range r.Findings {
		all = append(all, fmt.Sprintf("%s %s %s", f.Rule, f.Severity, f.Subject))
	}
	return all
}

// expect holds that a build's findings are these, and no others.
func (b *build) expect(want ...string) *trace.Result {
	b.t.Helper()
	r := b.audit()
	if got := told(r); !slices.Equal(got, want) {
		b.t.Errorf("found\n%s\nnot\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, f := range r.Findings {
		if f.Part != "file" || f.Output != own || f.Message == "" || len(f.Evidence) == 0 || len(f.Evidence) > audit.MaxEvidence {
			b.t.Errorf("%+v", f)
		}
	}
	return r
}

// TestHonest is a build that does what builds do.
func TestHonest(t *testing.T) {
	b := newBuild(t)
	b.missed(0, observe.Write, "/build/file-5.44/configure")
	sh := b.start(0, "/build/file-5.44/./configure", "./configure", "--prefix=/x")
	b.found(sh, observe.Open, "/tc/bin/bash", "/lib/x86_64-linux-gnu/libc.so.6", "/build/file-5.44/configure", "/dev/null", "/proc/self/fd/1", "/etc/passwd", "/tmp/x", store+own+"/share")
	b.missed(sh, observe.Open, "/etc/ld.so.cache", "/lib/x86_64-linux-gnu/tls/libc.so.6")
	b.found(sh, observe.List, "/build/file-5.44", store+own)
	b.found(sh, observe.Stat, "/", "/etc", store, "/var")
	b.found(0, observe.List, "/usr/lib")
	cc1 := b.gcc(sh, "cc1", []string{"-march=x86-64", "-imultiarch", "x86_64-linux-gnu", "-isystem", store + zlib + "/include", "conftest.c"}, "-c", "-I.", "conftest.c")
	b.missed(cc1, observe.Open, gccLib+"include/stdio.h", multi+"stdio.h", multi+"bits/linux/stat.h", store+zlib+"/include/sys/types.h")
	b.missed(cc1, observe.Stat, "/usr/include/stdio.h.gch", "/usr/local/include")
	b.found(cc1, observe.Open, "/usr/include/stdio.h", "/usr/include/linux/stat.h", multi+"sys/types.h", store+zlib+"/include/zlib.h")
	ld := b.gcc(sh, "ld", []string{"-o", "a.out", "-lz", "-lm", "-L/usr/lib"}, "-o", "a.out", "a.o", "-lz", "-lm")
	b.found(ld, observe.Open, "/tc/priv/libz.so.1")
	b.missed(ld, observe.Open, gccLib+"libz.so", gccLib+"libz.a", gccLib+"libm.so", "/usr/lib/libm.a", "/usr/lib/libgcc_s.so.1")
	b.found(ld, observe.Open, store+zlib+"/lib/libz.so", "/usr/lib/x86_64-linux-gnu/libm.so")
	b.missed(sh, observe.Stat, "/usr/bin/sed", store+zlib+"/bin/sed", "/usr/lib/libz.so", "/build/file-5.44/src/libm.a")
	b.start(sh, "/tc/bin/sed", "sed")
	r := b.expect()
	if r.Programs != 10 || r.Misses == 0 || r.Events <= r.Programs+r.Misses || r.Truncated || r.Unread == nil || len(r.Unread) != 0 {
		t.Errorf("%+v", r)
	}
}

// TestOutside is D01: nothing but a hole shows it.
func TestOutside(t *testing.T) {
	b := newBuild(t)
	p := b.start(0, "/opt/tool/bin/cc", "cc")
	b.found(p, observe.Open, "/etc/shadow", "/build/../home/me/x", "/dev/sda", "/proc/cpuinfo", "/proc/1x/y", store+"4123456789abcdef0123456789abcdef-other/lib/libx.so")
	b.found(p, observe.List, "/srv")
	b.found(p, observe.Stat, "/mnt")
	b.missed(p, observe.Open, "/etc/ld.so.conf")
	b.expect(
		"D01 error /dev/sda", "D01 error /etc/shadow", "D01 error /home/me/x", "D01 error /opt/tool/bin/cc",
		"D01 error /proc/1x/y", "D01 error /proc/cpuinfo", "D01 error /srv",
		"D01 error "+store+"4123456789abcdef0123456789abcdef-other/lib/libx.so",
		"D06 note /proc/1x/y", "D06 note /proc/cpuinfo", "D10 note /srv")
}

// TestNetwork is D05.
func TestNetwork(t *testing.T) {
	b := newBuild(t)
	p := b.start(0, "/build/conftest", "conftest")
	b.missed(p, observe.Connect, "unix:/var/run/nscd/socket", "unix:/var/run/nscd/socket\x00rest", "unix:/build/x", "unix:/tmp/y",
		"unix:/run/docker.sock", "unix:@/tmp/.X11-unix/X0", "inet:192.0.2.1:80", "inet:127.0.0.1:8080", "inet:192.0.2.2:53")
	b.missed(p, observe.Open, "/etc/resolv.conf")
	b.expect("D05 warning 192.0.2.1:80", "D05 note loopback", "D05 warning names of hosts", "D05 note nscd",
		"D05 warning unix:/run/docker.sock", "D05 warning unix:@/tmp/.X11-unix/X0")
}

// TestMachine is D06, with what every shell and gcc asks left out.
func TestMachine(t *testing.T) {
	b := newBuild(t)
	sh := b.start(0, "/build/configure", "./configure")
	b.found(sh, observe.Open, "/tc/bin/bash")
	b.found(sh, observe.Ask, "uname", "sysinfo")
	p := b.start(sh, "/tc/bin/uname", "uname", "-a")
	b.found(p, observe.Ask, "uname", "getrandom", "sched_getaffinity")
	b.found(p, observe.Open, "/dev/urandom", "/dev/null")
	b.missed(p, observe.Open, "/proc/cpuinfo", "/proc/sys/kernel/osrelease", "/proc/mounts", "/etc/os-release", "/etc/hostname", "/etc/localtime", "/sys/devices/system/cpu/online", "/proc/self/x")
	b.missed(p, observe.Stat, "/sys/fs/selinux")
	r := b.expect("D06 note /dev/urandom", "D06 note /etc/hostname", "D06 note /proc/cpuinfo", "D06 note /proc/sys/kernel", "D06 note /sys",
		"D06 note SELinux", "D06 note distribution", "D06 note getrandom", "D06 note sched_getaffinity", "D06 note time zone", "D06 note uname")
	for _, f := range r.Findings {
		if len(f.Evidence) != 1 || f.Evidence[0].Where != "process 3" {
			t.Errorf("%s: %+v", f.Subject, f.Evidence)
		}
	}
}

// TestFlags is D07: what the build said, not what gcc says to its own programs.
func TestFlags(t *testing.T) {
	b := newBuild(t)
	b.gcc(0, "cc1", []string{"-march=znver2", "-mavx2", "-I", "/usr/include/foo", "x.c"}, "-march=native", "-I/usr/include/foo", "-I", "/usr/local/include", "-I.", "-I/build/usr/include", "-c", "x.c")
	b.gcc(0, "ld", []string{"-L/usr/lib/x86_64-linux-gnu", "-L/opt/lib"}, "-L/opt/lib", "x.o")
	b.start(0, "/tc/bin/ld", "ld", "-L/usr/lib", "x.o")
	b.start(0, "/tc/bin/echo", "echo", "-march=native")
	r := b.expect("D07 warning -I /usr/include/foo", "D07 warning -I /usr/local/include", "D07 warning -L /opt/lib", "D07 warning -L /usr/lib", "D07 warning -march=native")
	if len(r.Levels) != 1 || r.Levels[0].Level != "v3" || r.Levels[0].Flag != "-march=znver2" {
		t.Errorf("levels %+v", r.Levels)
	}
}

// TestListings is D10.
func TestListings(t *testing.T) {
	b := newBuild(t)
	p := b.start(0, "/tc/bin/find", "find", "/usr/include")
	b.found(p, observe.List, "/usr/include", "/usr/include/linux", "/", "/etc", "/tc/lib", "/build", store+zlib+"/lib", strings.TrimSuffix(store, "/"))
	b.expect("D10 note /", "D10 note /etc", "D10 note /usr/include", "D10 note "+strings.TrimSuffix(store, "/"))
}

// TestHostile reads what no observer writes, and what a build can make it write.
func TestHostile(t *testing.T) {
	b := newBuild(t)
	long := strings.Repeat("/usr/include", 1<<16)
	for _, r := range []observe.Record{
		{Process: -1, Parent: 1 << 40, Program: "/tc/bin/ld", Argv: []string{"ld", "-l", "-I", "@", "\xff\x00\n"}},
		{Process: -1, Parent: -1, Program: "cc1", Argv: nil},
		{Process: 9, Parent: 9, Program: "/tc/bin/pkg-config", Argv: []string{}},
		{Process: 9, Parent: 9, Program: long, Argv: []string{long, strings.Repeat("x ", 1<<16)}},
		{Process: 77, Op: observe.Open, Path: ""},
		{Process: 77, Op: observe.List, Path: "..", Found: true},
		{Process: -1, Op: observe.Open, Path: long + ".h"},
		{Process: -1, Op: observe.Open, Path: "/usr/lib/lib.so"},
		{Process: -1, Op: observe.Open, Path: "/usr/include/../../.pc"},
		{Process: 9, Op: observe.Connect, Path: "inet:"},
		{Process: 9, Op: observe.Connect, Path: "\x00"},
		{Process: 9, Op: "new", Path: "/x", Found: true},
		{Process: 9, Op: observe.Ask, Path: long},
	} {
		b.write(r)
	}
	for _, f := range b.audit().Findings {
		for _, e := range f.Evidence {
			if len(e.Text) > 4096 || len(e.Where) > 256 {
				t.Errorf("%s: evidence of %d bytes", f.Rule, len(e.Text))
			}
		}
		if len(f.Subject) > 4096 || len(f.Message) > 8192 {
			t.Errorf("%s: a subject of %d bytes, a message of %d", f.Rule, len(f.Subject), len(f.Message))
		}
	}
	if _, err := trace.Audit(strings.NewReader("{\"process\":1,"), b.subject); err == nil {
		t.Error("half a line was read")
	}
}

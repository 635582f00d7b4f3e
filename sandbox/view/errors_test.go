package view

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// probeErrors prints what odd calls give.
func probeErrors() error {
	var st unix.Stat_t
	var x unix.Statx_t
	say := func(what string, errno error) { fmt.Println(what+":", errno) }
	if err := unix.Mkdir("closed", 0o700); err != nil {
		return err
	}
	if err := os.WriteFile("closed/f", nil, 0o644); err != nil {
		return err
	}
	if err := unix.Chmod("closed", 0); err != nil {
		return err
	}
	say("closed", unix.Stat("closed/f", &st))
	say("closed folder", unix.Fstatat(unix.AT_FDCWD, "closed/f", &st, 0))
	say("missing", unix.Stat("missing", &st))
	say("empty", unix.Stat("", &st))
	say("long", unix.Stat(strings.Repeat("x/", 3000), &st))
	say("not a folder", unix.Stat("/etc/passwd/x", &st))
	say("bad descriptor", unix.Fstat(77, &st))
	say("cwd as a descriptor", unix.Fstat(unix.AT_FDCWD, &st))
	say("flags", unix.Fstatat(unix.AT_FDCWD, ".", &st, 0x8000))
	say("statx mask", unix.Statx(unix.AT_FDCWD, ".", 0, 1<<31, &x))
	say("address", raw(unix.SYS_STAT, ptr(unsafeString(".")), 8))
	say("high address", raw(unix.SYS_STAT, ptr(unsafeString(".")), ^uintptr(7)))
	say("path's address", raw(unix.SYS_STAT, 8, ptr(&st)))
	say("other's times", unix.UtimesNano("/etc/passwd", []unix.Timespec{{Sec: longAgo}, {Sec: longAgo}}))
	say("times out of range", unix.UtimesNanoAt(unix.AT_FDCWD, "closed", []unix.Timespec{{Sec: longAgo, Nsec: 1e9}, {}}, 0))
	say("times of nothing", unix.UtimesNano("missing", []unix.Timespec{{Sec: longAgo}, {Sec: longAgo}}))
	fd, err := unix.Open("/etc/passwd", unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	_, err = more(fd, unix.SYS_GETDENTS64, 100)
	say("list a file", err)
	dir, err := unix.Open(".", unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	say("list to nowhere", raw(unix.SYS_GETDENTS64, uintptr(dir), 8, 1000))
	if _, err = more(dir, unix.SYS_GETDENTS64, 60); err != nil {
		return err
	}
	say("list on to nowhere", raw(unix.SYS_GETDENTS64, uintptr(dir), 8, 1000))
	runtime.KeepAlive(&st)
	return unix.Chmod("closed", 0o700)
}

func unsafeString(s string) *byte { return &append([]byte(s), 0)[0] }

// Whoever is refused is refused as without us: the same program says the same
// under the filter and, in a namespace too, without it.
func TestErrorsAreTheKernels(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Order: OrderSorted, Inodes: InodesRising, Other: true}, clock: then()}
	got := s.probe(t, "errors")
	plain := &sandbox{dir: build(t, "")}
	want := plain.unfiltered(t, "errors")
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if n := strings.Count(want, "<nil>"); n != 0 {
		t.Errorf("%d of the odd calls succeed: %s", n, want)
	}
}

// Paths that lead out of the folder, through links and through /proc.
func TestPathsOfAllKinds(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Inodes: InodesRising}}
	base := filepath.Base(s.dir)
	got := s.shell(t, `
		mkdir -p a/b; echo >f; ln -s ../../f a/b/up; ln -s "$PWD/f" abs; ln -s a/b dir; ln -s loop loop
		n=$(stat -c %i f); cd a/b
		for p in ../../f up ../../abs ../../dir/up ../../dir/../../f ../../../`+base+`/f "$PWD/../../f" //"$PWD"/up; do
			[ "$(stat -Lc %i $p)" = $n ] || echo $p
		done
		[ "$(stat -Lc %i /dev/stdin <../../f)" = $n ]; [ "$(stat -Lc %i /dev/fd/3 3<../../f)" = $n ]; [ "$(stat -c %i - <../../f)" = $n ]
		cp /dev/stdin ../../g <../../f; cp ../../f /dev/stdout >../../h; cmp ../../f ../../g; cmp ../../f ../../h
		[ "$(stat -c %i up)" != $n ]; ! stat -L ../../loop 2>/dev/null; stat -L /proc/self/exe /proc/$$/cwd >/dev/null
		mkdir gone; cd gone; rmdir ../gone; stat -c %h .; ! stat ../gone 2>/dev/null; ls -A; exec 4<../../../f; rm ../../../f 2>/dev/null || true; echo done`)
	if strings.Join(got, " ") != "0 done" {
		t.Errorf("%q", got)
	}
}

// unfiltered runs a probe in a user namespace, with no filter.
func (s *sandbox) unfiltered(t testing.TB, name string) string {
	t.Helper()
	cmd := exec.Cmd{
		Path: "/proc/self/exe", Args: []string{"probe"}, Dir: s.dir,
		Env: []string{probeVar + "=" + name}, SysProcAttr: userNamespace(),
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

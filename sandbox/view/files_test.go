package view

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// probes are what [sandbox.probe] runs, inside.
var probes = map[string]func() error{
	"stats": probeStats, "list": probeList, "seek": probeSeek, "many": probeMany, "times": probeTimes, "errors": probeErrors, "bench": probeBench,
}

const longAgo = 1_000_000_000

// then is a clock that started now, in 2001 inside.
func then() *clock { return newClock(Clock{Start: longAgo}, time.Now()) }

// shell is a script that stops at the first failure.
func (s *sandbox) shell(t testing.TB, script string) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(s.run(t, "sh", "-ec", script), "\n"), "\n")
}

func TestTimesAreTheClocks(t *testing.T) {
	s := &sandbox{dir: build(t, ""), clock: then()}
	write(t, s.dir+"/old", "")
	before := time.Unix(900_000_000, 0)
	if err := os.Chtimes(s.dir+"/old", before, before); err != nil {
		t.Fatal(err)
	}
	for i, line := range s.shell(t, "echo x >new; stat -c '%X %Y %Z %W' new; find new -printf '%As %Ts %Cs 0\n'; stat -c '%Y %Y %Y %Y' . - <new") {
		for _, field := range strings.Fields(line) {
			n, err := strconv.ParseFloat(field, 64)
			if err != nil || n != 0 && (n < longAgo || n > longAgo+60) {
				t.Errorf("line %d: %s is not in 2001", i, line)
			}
		}
	}
	if got := s.shell(t, "stat -c %Y old"); got[0] != "900000000" {
		t.Errorf("a file from before has time %s", got[0])
	}
}

// What copies times gets the same ones shown, and what sets any other gets that.
func TestTimesCanBeCopied(t *testing.T) {
	for _, slow := range []bool{false, true} {
		s := &sandbox{dir: build(t, ""), clock: newClock(Clock{Start: longAgo, Slow: slow}, time.Now())}
		got := s.shell(t, `
			exec 2>&1; mkdir a; echo x >a/x; ln -s x a/l; sleep 0.02
			cp -rp a b; mkdir c; touch c/x; touch -r a/x c/x; ln -s x c/l; touch -h -r a/l c/l
			tar -cf - --format=pax a | (mkdir d; cd d; tar -xf -)
			for f in a b d/a; do stat -c '%F %y' $f $f/x $f/l; done
			stat -c %y a/x c/x
			touch -a -r a/x d/a/l; stat -c %X a/x d/a/l; touch -d @77 b/l -h; touch -a -h -r a/x b/l; stat -c %Y b/l
			touch -d @500.25 b/x; stat -c %.9Y b/x; touch -d @4000000000.5 b/x; stat -c %.9Y b/x`)
		if len(got) != 16 {
			t.Fatalf("%q", got)
		}
		for i := range 6 {
			if got[i%3] != got[i+3] {
				t.Errorf("slow %v: %q was copied to %q", slow, got[i%3], got[i+3])
			}
		}
		if got[9] != got[10] {
			t.Errorf("slow %v: touch -r: %q", slow, got[9:11])
		}
		if got[11] != got[12] || got[13] != "77" {
			t.Errorf("slow %v: touch -a: %q", slow, got[11:14])
		}
		if got[14] != "500.250000000" || got[15] != "4000000000.500000000" {
			t.Errorf("slow %v: touch -d: %q", slow, got[14:])
		}
		// On the disk is when it was made.
		st, err := os.Stat(s.dir + "/d/a/x")
		if err != nil || time.Since(st.ModTime()).Abs() > time.Minute {
			t.Errorf("the disk has %v", st.ModTime())
		}
	}
}

// probeTimes sets a time inside by every call that can, and shows it.
func probeTimes() error {
	const sec = longAgo // when everything began: the machine's time is another
	var st unix.Stat_t
	name, err := unix.BytePtrFromString("f")
	if err != nil {
		return err
	}
	tv := [4]int64{sec, 250000, sec, 500000}
	ts := [4]int64{sec, 250000000, sec, 500000000}
	dir, err := unix.Open(".", unix.O_RDONLY, 0)
	if err != nil {
		return err
	}
	for _, c := range []struct {
		name string
		call func(fd int) unix.Errno
	}{
		{"utime", func(int) unix.Errno { return raw(unix.SYS_UTIME, ptr(name), ptr(&[2]int64{sec, sec})) }},
		{"utimes", func(int) unix.Errno { return raw(unix.SYS_UTIMES, ptr(name), ptr(&tv)) }},
		{"futimesat", func(int) unix.Errno { return raw(unix.SYS_FUTIMESAT, uintptr(dir), ptr(name), ptr(&tv)) }},
		{"futimesat NULL", func(fd int) unix.Errno { return raw(unix.SYS_FUTIMESAT, uintptr(fd), 0, ptr(&tv)) }},
		{"utimensat", func(int) unix.Errno { return raw(unix.SYS_UTIMENSAT, uintptr(dir), ptr(name), ptr(&ts), 0) }},
		{"futimens", func(fd int) unix.Errno { return raw(unix.SYS_UTIMENSAT, uintptr(fd), 0, ptr(&ts), 0) }},
	} {
		fd, err := unix.Open("f", unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		if errno := c.call(fd); errno != 0 {
			return fmt.Errorf("%s: %w", c.name, errno)
		}
		if err := unix.Fstat(fd, &st); err != nil {
			return err
		}
		fmt.Printf("%s: %d.%d %d.%d\n", c.name, st.Atim.Sec, st.Atim.Nsec, st.Mtim.Sec, st.Mtim.Nsec)
		if err := unix.Unlink("f"); err != nil {
			return err
		}
	}
	return nil
}

func TestTimesAreSetByEveryCall(t *testing.T) {
	s := &sandbox{dir: build(t, ""), clock: newClock(Clock{Start: longAgo - 10}, time.Now())}
	want := "utime: 1000000000.0 1000000000.0\n"
	for _, name := range []string{"utimes", "futimesat", "futimesat NULL", "utimensat", "futimens"} {
		want += name + ": 1000000000.250000000 1000000000.500000000\n"
	}
	s.clock.began -= int64(time.Minute) // these are times of the past
	if got := s.probe(t, "times"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// stats is how a file is numbered by everything that tells.
func probeStats() error {
	for _, path := range os.Args[1:] {
		var a, b unix.Stat_t
		var x unix.Statx_t
		if err := unix.Lstat(path, &a); err != nil {
			return err
		}
		if err := unix.Fstatat(unix.AT_FDCWD, path, &b, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return err
		}
		if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_ALL, &x); err != nil {
			return err
		}
		entries, err := rawList(filepath.Dir(path), unix.SYS_GETDENTS64, 4096)
		if err != nil {
			return err
		}
		old, err := rawList(filepath.Dir(path), unix.SYS_GETDENTS, 4096)
		if err != nil {
			return err
		}
		find := func(l []listed) uint64 {
			return l[slices.IndexFunc(l, func(e listed) bool { return e.name == filepath.Base(path) })].inode
		}
		fmt.Println(a.Ino, b.Ino, x.Ino, find(entries), find(old), a.Dev, b.Dev, unix.Mkdev(x.Dev_major, x.Dev_minor), a.Nlink, x.Nlink, a.Size, x.Size)
	}
	return nil
}

func TestInodesAgree(t *testing.T) {
	for _, tt := range []struct {
		inodes string
		ok     func(uint64) bool
	}{
		{InodesRising, func(n uint64) bool { return n > 1000 && n < 1100 }},
		{InodesFalling, func(n uint64) bool { return n < 1<<31 && n > 1<<31-100 }},
	} {
		s := &sandbox{dir: build(t, ""), files: Files{Inodes: tt.inodes, Other: true}}
		for _, name := range []string{"x", "d/y", "d/z"} {
			write(t, filepath.Join(s.dir, name), "hello")
		}
		if err := os.Link(s.dir+"/x", s.dir+"/hard"); err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		for i, line := range strings.Split(strings.TrimSpace(s.probe(t, "stats", "x", "d", "d/y", "d/z", "hard")), "\n") {
			v := strings.Fields(line)
			for j, group := range [][]string{v[:5], v[5:8], v[8:10], v[10:]} {
				if len(slices.Compact(slices.Clone(group))) != 1 {
					t.Errorf("%s, file %d, group %d: %s", tt.inodes, i, j, line)
				}
			}
			if n, err := strconv.ParseUint(v[0], 10, 64); err != nil || !tt.ok(n) {
				t.Errorf("%s: inode %s", tt.inodes, v[0])
			}
			if v[5] != fmt.Sprint(unix.Mkdev(0, firstOther)) {
				t.Errorf("device %s", v[5])
			}
			if i == 1 && (v[8] != "1" || v[10] != "0") {
				t.Errorf("the folder: %s", line)
			}
			if i != 4 && seen[v[0]] != "" || i == 4 && seen[v[0]] != "x" {
				t.Errorf("%s: file %d has inode %s as well", tt.inodes, i, v[0])
			}
			seen[v[0]] = string("xdyz-"[i])
		}
	}
}

func TestOtherFileSystem(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Other: true, Inodes: InodesRising}}
	got := s.shell(t, `mkdir d; stat -fc %T . d; stat -fc %T d/..; stat -fc %T /proc /dev/shm; stat -c %i /proc; [ . -ef "$PWD" ]; stat -c %u:%g d /; stat -c %F /dev/stdin`)
	want := []string{"btrfs", "btrfs", "btrfs", "proc", "tmpfs", "1", "1000:1000", "65534:65534", "symbolic link"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOrders(t *testing.T) {
	names := []string{"B", "Z", "a", "aa", "b", "c1", "c10", "c2", "ä"}
	for _, order := range []string{OrderSorted, OrderShuffled} {
		var first []string
		for try := range 2 {
			s := &sandbox{dir: build(t, ""), files: Files{Order: order}}
			made := slices.Clone(names)
			if try == 1 {
				slices.Reverse(made)
			}
			got := s.shell(t, "touch "+strings.Join(made, " ")+"; ls -U; echo; ls -U | cat; find . -maxdepth 1 -mindepth 1 -printf '%f\n'")
			n := len(names)
			if !slices.Equal(got[:n], got[n+1:2*n+1]) || !slices.Equal(got[:n], got[2*n+1:]) {
				t.Fatalf("%s: %q", order, got)
			}
			if order == OrderSorted && !slices.Equal(got[:n], names) {
				t.Errorf("sorted: %q", got[:n])
			}
			if order == OrderShuffled && (slices.IsSorted(got[:n]) || try == 1 && !slices.Equal(got[:n], first)) {
				t.Errorf("shuffled: %q after %q", got[:n], first)
			}
			first = slices.Clone(got[:n])
			slices.Sort(got[:n])
			if !slices.Equal(got[:n], names) {
				t.Errorf("%s: names %q", order, got[:n])
			}
		}
	}
}

// More inodes than can be kept have their own numbers, and so has all that is
// listed.
func TestTooManyInodes(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Inodes: InodesFalling}, full: true}
	write(t, s.dir+"/x", "")
	got := strings.Fields(s.probe(t, "stats", "x"))
	var st unix.Stat_t
	if err := unix.Stat(s.dir+"/x", &st); err != nil {
		t.Fatal(err)
	}
	if got[0] != fmt.Sprint(st.Ino) || len(slices.Compact(got[:5])) != 1 {
		t.Errorf("inode %d is shown as %q", st.Ino, got[:5])
	}
}

func TestCallsAreThoseNeeded(t *testing.T) {
	for _, tt := range []struct {
		f     Files
		clock bool
		want  string
	}{
		{Files{}, false, ""},
		{Files{}, true, "stat lstat fstat newfstatat statx utimensat utimes futimesat utime"},
		{Files{Order: OrderSorted}, false, "getdents getdents64"},
		{Files{Other: true}, false, "stat lstat fstat newfstatat statx statfs fstatfs"},
		{Files{Inodes: InodesRising}, false, "stat lstat fstat newfstatat statx getdents getdents64"},
	} {
		got := fileCalls(tt.f, tt.clock)
		if strings.Join(got, " ") != tt.want || len(handlers(tt.f, tt.clock)) != len(got) {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

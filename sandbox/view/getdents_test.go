package view

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func ptr[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }

// raw makes a system call.
func raw(number uintptr, args ...uintptr) unix.Errno {
	_, errno := rawValue(number, args...)
	return errno
}

func rawValue(number uintptr, args ...uintptr) (int, unix.Errno) {
	var a [6]uintptr
	copy(a[:], args)
	n, _, errno := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	return int(n), errno
}

// listed is an entry as the kernel's structures tell it.
type listed struct {
	name   string
	inode  uint64
	next   int64
	format byte
}

// more reads entries with getdents or getdents64.
func more(fd int, call uintptr, room int) ([]listed, error) {
	b := make([]byte, room)
	n, errno := rawValue(call, uintptr(fd), ptr(&b[0]), uintptr(room))
	runtime.KeepAlive(b)
	if errno != 0 {
		return nil, errno
	}
	var l []listed
	for b = b[:n]; len(b) > 0; {
		length := binary.NativeEndian.Uint16(b[16:])
		e := listed{inode: binary.NativeEndian.Uint64(b), next: int64(binary.NativeEndian.Uint64(b[8:]))}
		name, format := b[19:length], b[18]
		if call == unix.SYS_GETDENTS {
			name, format = b[18:length-1], b[length-1]
		}
		name, _, _ = bytes.Cut(name, []byte{0})
		e.name, e.format = string(name), format
		l = append(l, e)
		b = b[length:]
	}
	return l, nil
}

func all(fd int, call uintptr, room int) (l []listed, err error) {
	for {
		got, err := more(fd, call, room)
		if err != nil || len(got) == 0 {
			return l, err
		}
		l = append(l, got...)
	}
}

func rawList(dir string, call uintptr, room int) ([]listed, error) {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	return all(fd, call, room)
}

// probeList lists the current folder with both calls and little room, and
// checks types.
func probeList() error {
	// One of these threads does not lead the others.
	runtime.LockOSThread()
	if err := listEverywhere(true); err != nil {
		return err
	}
	failed := make(chan error)
	go func() { failed <- listEverywhere(false) }()
	return <-failed
}

func listEverywhere(say bool) error {
	var before []string
	for _, call := range []uintptr{unix.SYS_GETDENTS64, unix.SYS_GETDENTS} {
		for _, room := range []int{40, 100, 4096} {
			l, err := rawList(".", call, room)
			if err != nil {
				return fmt.Errorf("room %d: %w", room, err)
			}
			var names []string
			for _, e := range l {
				names = append(names, e.name)
				var st unix.Stat_t
				if err := unix.Lstat(e.name, &st); err != nil {
					return err
				}
				if uint32(e.format) != st.Mode>>12 {
					return fmt.Errorf("%s has type %d", e.name, e.format)
				}
			}
			if before != nil && !slices.Equal(names, before) {
				return fmt.Errorf("%q after %q", names, before)
			}
			before = names
		}
	}
	if _, err := rawList(".", unix.SYS_GETDENTS64, 20); err != unix.EINVAL {
		return fmt.Errorf("no room: %v", err)
	}
	if say {
		fmt.Println(strings.Join(before, " "))
	}
	return nil
}

// probeMany goes on with a folder after more others than can be kept; of one
// that is half read, too.
func probeMany() error {
	var half []int
	for range 2 {
		fd, err := unix.Open(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		if err != nil {
			return err
		}
		half = append(half, fd)
		if l, err := more(fd, unix.SYS_GETDENTS64, 60); err != nil || len(l) != 2 {
			return fmt.Errorf("began with %v: %w", l, err)
		}
	}
	if err := os.Remove("c"); err != nil {
		return err
	}
	for range maxGenerations + 10 {
		if _, err := rawList("e", unix.SYS_GETDENTS64, 4096); err != nil {
			return err
		}
	}
	for _, fd := range half {
		l, err := all(fd, unix.SYS_GETDENTS64, 4096)
		if err != nil || len(l) != 4 || l[0].name != "a" || l[2].name != "c" {
			return fmt.Errorf("went on with %v: %w", l, err)
		}
	}
	return nil
}

func TestManyListings(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Order: OrderSorted}}
	s.shell(t, "mkdir a b c e; touch e/f")
	s.run(t, "rm", "-r", "c")
	write(t, s.dir+"/c", "")
	s.probe(t, "many")
}

// Of few names, too, the shuffled order is another than the sorted one.
func TestShuffledIsNotSorted(t *testing.T) {
	for _, names := range []string{"ab", "ba", "xy", "abc", "klm", "opq"} {
		entries := []entry{{name: "."}, {name: ".."}}
		for _, c := range names {
			entries = append(entries, entry{name: string(c)})
		}
		if arrange(entries, OrderShuffled); looksSorted(entries) {
			t.Errorf("%s: %v", names, entries)
		}
	}
}

// What is kept is bounded, and what was read to its end goes first.
func TestListingsAreBounded(t *testing.T) {
	l := newListings()
	first := &listing{dev: 1, ino: 2, size: 100}
	l.keep(first)
	at, st := first.generation<<indexBits|5, unix.Stat_t{Dev: 1, Ino: 2}
	if l.at(at, &unix.Stat_t{Dev: 1, Ino: 3}) != nil || l.at(at, &unix.Stat_t{Dev: 2, Ino: 2}) != nil {
		t.Error("another folder's listing")
	}
	for i := range 3 * maxGenerations {
		n := &listing{size: 100}
		l.keep(n)
		if i%2 == 0 {
			l.finish(n)
			l.finish(n)
		}
		if len(l.kept) > maxListings || l.read.Len()+l.done.Len() != len(l.kept) || l.size != 100*len(l.kept) {
			t.Fatalf("%d listings of %d bytes, %d and %d", len(l.kept), l.size, l.read.Len(), l.done.Len())
		}
		if kept := l.at(at, &st) == first; kept != (i < 2*maxListings-2) {
			t.Fatalf("after %d others: kept %v", i+1, kept)
		}
	}
	for range 3 {
		l.keep(&listing{size: maxListingSize / 2})
	}
	if l.size > maxListingSize {
		t.Errorf("%d bytes are kept", l.size)
	}
}

// probeSeek is telldir, seekdir and rewinddir, and a scan that goes on in a
// copy of the descriptor while files go and other folders are read.
func probeSeek() error {
	fd, err := unix.Open(".", unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	l, err := all(fd, unix.SYS_GETDENTS64, 200)
	if err != nil {
		return err
	}
	for _, i := range []int{0, 7, len(l) - 2, 1} {
		if _, err := unix.Seek(fd, l[i].next, unix.SEEK_SET); err != nil {
			return err
		}
		got, err := more(fd, unix.SYS_GETDENTS64, 200)
		if err != nil || got[0] != l[i+1] {
			return fmt.Errorf("after %v came %v, not %v: %w", l[i], got, l[i+1], err)
		}
	}
	if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err != nil {
		return err
	}
	first, err := more(fd, unix.SYS_GETDENTS64, 200)
	if err != nil {
		return err
	}
	for _, e := range l {
		if e.format == unix.DT_REG {
			if err := os.Remove(e.name); err != nil {
				return err
			}
		}
	}
	if _, err := rawList("/", unix.SYS_GETDENTS64, 4096); err != nil {
		return err
	}
	dup, err := unix.Dup(fd)
	if err != nil {
		return err
	}
	rest, err := all(dup, unix.SYS_GETDENTS64, 200)
	if err != nil || !slices.EqualFunc(append(first, rest...), l, func(a, b listed) bool { return a.name == b.name && a.inode == b.inode }) {
		return fmt.Errorf("the scan went on with %d of %d: %w", len(rest), len(l), err)
	}
	if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err != nil {
		return err
	}
	if l, err = all(fd, unix.SYS_GETDENTS64, 200); err != nil || len(l) != 2 {
		return fmt.Errorf("after rewinding: %v, %w", l, err)
	}
	return nil
}

func TestListingByBothCalls(t *testing.T) {
	for _, f := range []Files{{Order: OrderSorted}, {Order: OrderShuffled}, {Inodes: InodesRising}} {
		s := &sandbox{dir: build(t, ""), files: f}
		s.shell(t, "touch f g h; mkdir d; ln -s f l; mkfifo p")
		got := strings.Fields(s.probe(t, "list"))
		if f.Order == OrderSorted && strings.Join(got, " ") != ". .. d f g h l p" {
			t.Errorf("%q", got)
		}
		if slices.Sort(got); strings.Join(got, " ") != ". .. d f g h l p" {
			t.Errorf("%v: %q", f, got)
		}
	}
}

// fileSystems are folders on as many kinds as can be had here.
func fileSystems(t testing.TB) []string {
	dirs := []string{build(t, ""), build(t, "/dev/shm")}
	if os.Geteuid() != 0 {
		return dirs
	}
	base := build(t, "/dev/shm")
	for _, d := range []string{"/lower", "/upper", "/work", "/merged"} {
		if err := os.Mkdir(base+d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(base+"/upper", hostUID, hostUID); err != nil {
		t.Fatal(err)
	}
	write(t, base+"/lower/lower", "") // a merged folder is not a real one
	merged := base + "/merged"
	err := unix.Mount("overlay", merged, "overlay", 0, fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", base))
	if err != nil {
		t.Logf("no overlay: %v", err)
		return dirs
	}
	t.Cleanup(func() {
		if err := unix.Unmount(merged, 0); err != nil {
			t.Error(err)
		}
	})
	if err := os.Remove(merged + "/lower"); err != nil {
		t.Fatal(err)
	}
	return append(dirs, merged)
}

func TestSeekInFolders(t *testing.T) {
	for _, dir := range fileSystems(t) {
		for _, f := range []Files{{Order: OrderSorted}, {Order: OrderShuffled}, {Inodes: InodesFalling}} {
			s := &sandbox{dir: dir, files: f}
			s.shell(t, "for i in $(seq 60); do touch file$i; done")
			s.probe(t, "seek")
		}
	}
}

// Trees of more than one answer, and of deep nesting.
func TestProgramsOnTrees(t *testing.T) {
	for _, dir := range fileSystems(t) {
		for _, f := range []Files{{Order: OrderShuffled, Inodes: InodesFalling, Other: true}, {Order: OrderSorted, Inodes: InodesRising}} {
			s := &sandbox{dir: dir, files: f, clock: then()}
			got := s.shell(t, `
				exec 2>&1; mkdir t; cd t
				seq -f %0100.0f 700 | xargs touch; mkdir -p a/b/c/d/e; echo 1 >a/b/c/1; ln a/b/c/1 a/2; ln -s b a/l
				cd ..; cp -r t u; cp -rp t v; tar -cf w.tar t; mkdir w; tar -xf w.tar -C w
				diff -r t u; diff -r t v; diff -r t w/t
				find t | wc -l; find u -type f | wc -l; find w -type d | wc -l; stat -c %h w/t/a/2
				printf 'all:\n\t@echo $(words $(wildcard t/*)) $(wildcard t/a/*)\n' >Makefile; make; set -- t/*; echo $#
				rm -r t u v w w.tar Makefile; ls -A`)
			want := []string{"709", "702", "7", "2", "701 t/a/2 t/a/b t/a/l", "701"}
			if !slices.Equal(got, want) {
				t.Errorf("%s, %+v: got %q, want %q", dir, f, got, want)
			}
		}
	}
}

func TestGit(t *testing.T) {
	s := &sandbox{dir: build(t, ""), files: Files{Order: OrderShuffled, Inodes: InodesRising, Other: true}, clock: then()}
	got := s.shell(t, `
		export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a
		git init -q .; mkdir d; echo 1 >d/1; echo 2 >2; git add -A; git commit -qm 1; git status --porcelain
		echo 22 >2; git status --porcelain; git diff-files --name-only; git clone -q . ../$(basename $PWD)/c; ls c; git gc -q; git fsck; rm -rf .git`)
	if want := []string{" M 2", "2", "2", "d"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

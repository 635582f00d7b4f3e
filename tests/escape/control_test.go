package escape

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// These tests show that the harness sees an escape when there is one.

func TestVerdictFindsEscapes(t *testing.T) {
	for _, tt := range []struct{ log, want string }{
		{"held: a (EPERM)\nworks: b\nheld: c", ""},
		{"held: a\nESCAPED: b (result 0)\nheld: c", "ESCAPED: b (result 0)"},
		{"held: a\nREACHED: b (EINVAL)\nheld: c", "REACHED: b (EINVAL)"},
		{"held: a\nBROKEN: no child\nheld: c", "BROKEN: no child"},
		{"held: a", "1 attempts were held, want 2"},
		{"held: a\nheld: b\nheld: c", "3 attempts were held, want 2"},
		{"", "0 attempts were held, want 2"},
	} {
		var v verdict
		v.read(tt.log)
		if got := strings.Join(v.complaints(2), "\n"); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.log, got, tt.want)
		}
	}
}

func TestVerdictWantsPartsToMeet(t *testing.T) {
	for log, want := range map[string]bool{
		"present: 10 14\npresent: 11 15":  true,
		"present: 10 12\npresent: 13 15":  false,
		"present: 10 12\npresent: 11.5 3": false,
		"present: 10 12":                  false,
	} {
		var v verdict
		v.read(log)
		if got := len(v.apart()) == 0; got != want {
			t.Errorf("%q: met is %v, want %v", log, got, want)
		}
	}
}

func TestListingFindsChanges(t *testing.T) {
	for name, change := range map[string]func(file string) error{
		"mode":              func(f string) error { return os.Chmod(f, 0o666) },
		"mode, and back":    func(f string) error { _ = os.Chmod(f, 0o666); return os.Chmod(f, 0o644) },
		"content":           func(f string) error { return os.WriteFile(f, []byte("other"), 0o644) },
		"hard link":         func(f string) error { return os.Link(f, f+"-link") },
		"removed":           os.Remove,
		"link in its place": func(f string) error { return replaceByLink(f) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "file")
			if err := os.WriteFile(file, []byte("first"), 0o644); err != nil {
				t.Fatal(err)
			}
			before, err := list(dir, exactly)
			if err != nil {
				t.Fatal(err)
			}
			if same := before.compare(dir, exactly); len(same) > 0 {
				t.Errorf("nothing has changed: %v", same)
			}
			if err := change(file); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(before.compare(dir, exactly), "\n"); !strings.Contains(got, file) {
				t.Errorf("not found: %q", got)
			}
		})
	}
}

func replaceByLink(file string) error {
	if err := os.Remove(file); err != nil {
		return err
	}
	return os.Symlink("/etc/passwd", file)
}

func TestMarkersAndProcessesAreFound(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "marker-x"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if found := checkMarkers(dir, "marker-x"); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	variable := fmt.Sprintf("ESCAPE_CASE=control-%d", os.Getpid())
	cmd := exec.Command("/bin/sleep", "60")
	cmd.Env = []string{variable}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	found := processesWith(variable)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if len(found) != 1 {
		t.Errorf("found %v", found)
	}
	if left := checkProcesses(variable); len(left) > 0 {
		t.Errorf("found %v", left)
	}
}

func TestOutsiderNoticesVisits(t *testing.T) {
	for _, at := range [][2]string{
		{"unix", "@" + shared.outside.abstract},
		{"unix", shared.outside.path()},
		{"tcp4", fmt.Sprintf("127.0.0.1:%d", shared.outside.port)},
	} {
		conn, err := net.Dial(at[0], at[1])
		if err != nil {
			t.Fatal(err)
		}
		if c, ok := conn.(*net.UnixConn); ok {
			_, _, _ = c.WriteMsgUnix([]byte("x"), unix.UnixRights(0), nil)
		}
		if err := shared.outside.wait(1); err != nil {
			t.Error(at, err)
		}
		conn.Close()
	}
	if err := shared.outside.wait(5); err != nil { // two of them brought a descriptor
		t.Error(err)
	}
	if visits := shared.outside.check(); len(visits) != 5 {
		t.Errorf("noticed %v", visits)
	}
}

package step

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// entry is one member of a test archive.
type entry struct {
	name, link, text string
	kind             byte // default: a file
	mode             int64
}

// then is the time of every member.
var then = time.Unix(1_000_000_000, 0)

func tarball(t *testing.T, entries ...entry) *os.File {
	t.Helper()
	var buf bytes.Buffer
	gz := gzip.NewWriter(&buf)
	w := tar.NewWriter(gz)
	for _, e := range entries {
		h := &tar.Header{
			Name: e.name, Linkname: e.link, Typeflag: e.kind, Mode: e.mode, Size: int64(len(e.text)), ModTime: then,
		}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := gz.Close(); err != nil {
		t.Fatal(err)
	}
	return onDisk(t, buf.Bytes())
}

func onDisk(t *testing.T, data []byte) *os.File {
	t.Helper()
	name := filepath.Join(t.TempDir(), "archive")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestExtract(t *testing.T) {
	dir := t.TempDir()
	f := tarball(t,
		entry{name: "top/", kind: tar.TypeDir, mode: 0o777},
		entry{name: "top/run", mode: 0o4777, text: "#!/bin/sh\n"},
		entry{name: "top/text", mode: 0o600, text: "hello"},
		entry{name: "top/link", kind: tar.TypeSymlink, link: "../../anywhere"},
		entry{name: "top/hard", kind: tar.TypeLink, link: "top/text"},
		entry{name: "./top/text2", mode: 0o644, text: "first"},
		entry{name: "top/text2", mode: 0o644, text: "second"},
	)
	if err := extract(f, dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"top": 0o755 | os.ModeDir, "top/run": 0o755, "top/text": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want || !info.ModTime().Equal(then) {
			t.Errorf("%s: mode %v, time %v", name, info.Mode(), info.ModTime())
		}
	}
	for name, want := range map[string]string{"top/hard": "hello", "top/text2": "second"} {
		if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if target, _ := os.Readlink(filepath.Join(dir, "top/link")); target != "../../anywhere" {
		t.Errorf("link points to %q", target)
	}
}

func TestExtractRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		entries []entry
		want    string
	}{
		{"parent", []entry{{name: "../x", text: "x"}}, `"../x" climbs out`},
		{"parent within", []entry{{name: "a/../../x", text: "x"}}, "climbs out"},
		{"absolute", []entry{{name: "/tmp/x", text: "x"}}, "climbs out of its folder: it is absolute"},
		{"through a link", []entry{
			{name: "out", kind: tar.TypeSymlink, link: ".."},
			{name: "out/x", text: "x"},
		}, "climbs out of its folder through a link"},
		{"through an absolute link", []entry{
			{name: "out", kind: tar.TypeSymlink, link: os.TempDir()},
			{name: "out/x", text: "x"},
		}, "climbs out of its folder through a link"},
		{"hard link out", []entry{{name: "x", kind: tar.TypeLink, link: "../../etc/passwd"}}, "climbs out"},
		{"device", []entry{{name: "x", kind: tar.TypeChar}}, "nothing that a source may hold"},
		{"fifo", []entry{{name: "x", kind: tar.TypeFifo}}, "nothing that a source may hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "dir")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			err := extract(tarball(t, c.entries...), dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if entries, _ := os.ReadDir(parent); len(entries) != 1 {
				t.Errorf("something was written outside: %v", entries)
			}
		})
	}
}

func TestExtractNoArchive(t *testing.T) {
	for _, text := range []string{"", "<html>not found</html>", strings.Repeat("x", 100000)} {
		err := extract(onDisk(t, []byte(text)), t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "no archive") {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	if _, err := w.Write([]byte("just text")); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if err := extract(onDisk(t, gz.Bytes()), t.TempDir()); err == nil {
		t.Error("compressed text passed for an archive")
	}
}

func TestExtractCutShort(t *testing.T) {
	whole, err := os.ReadFile(tarball(t, entry{name: "a", text: strings.Repeat("abc", 50000)}).Name())
	if err != nil {
		t.Fatal(err)
	}
	if err := extract(onDisk(t, whole[:len(whole)/2]), t.TempDir()); err == nil {
		t.Error("half an archive was unpacked without an error")
	}
}

func TestExtractZip(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	h := &zip.FileHeader{Name: "top/run"}
	h.SetMode(0o755)
	f, err := w.CreateHeader(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("hi")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := extract(onDisk(t, buf.Bytes()), dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "top/run"))
	if err != nil || info.Mode() != 0o755 {
		t.Errorf("%v, %v", info, err)
	}
}

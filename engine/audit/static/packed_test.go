package static

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

func gz(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func xzOf(t *testing.T, text string) string {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zst(t *testing.T, text string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

// bz2 is "see " and what hidden gives, packed by bzip2.
func bz2(t *testing.T) string {
	data, err := hex.DecodeString("425a6839314159265359f5fa06ce0000147980001000044002900032759d002000314c9899064611310da40326c3f6c8af52613cbf0cb547115ecc29b1b0b6560a642653e2ee48a70a121ebf40d9c0")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func tarOf(name, text string, when time.Time) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: int64(len(text)), Mode: 0o644, ModTime: when})
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func zipOf(name, text string, when time.Time) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: when})
	io.WriteString(f, text)
	w.Close()
	return b.String()
}

func arOf(name, text string, when int64) string {
	pad := ""
	if len(text)%2 == 1 {
		pad = "\n"
	}
	return "!<arch>\n" + fmt.Sprintf("%-16s%-12d%-6d%-6d%-8s%-10d`\n", name, when, 0, 0, "100644", len(text)) + text + pad
}

func wide(text string) string {
	var b strings.Builder
	for _, c := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(c))
		b.WriteByte(byte(c >> 8))
	}
	return b.String()
}

var old = time.Unix(testEpoch, 0).UTC()

func TestHiddenReference(t *testing.T) {
	p := func(name string) string { return rootfs.Logical + "/" + name + "/bin\n" }
	hidden := p(otherName)
	for name, tt := range map[string]struct{ data, want string }{
		"plain":         {hidden, "share/f"},
		"bare key":      {"x" + otherKey + "x", "share/f"},
		"UTF-16":        {wide(hidden), "share/f"},
		"gzip":          {gz(hidden), "share/f"},
		"xz":            {xzOf(t, hidden), "share/f"},
		"zstd":          {zst(t, hidden), "share/f"},
		"bzip2":         {bz2(t), "share/f"},
		"tar":           {tarOf("a/b", hidden, old), "share/f!/a/b"},
		"tar.gz":        {gz(tarOf("a/b", hidden, old)), "share/f!/a/b"},
		"climbing tar":  {gz(tarOf("../../b", hidden, old)), "share/f!/b"},
		"zip":           {zipOf("a/b", hidden, old), "share/f!/a/b"},
		"zip behind":    {"#!/bin/sh\n" + zipOf("a/b", hidden, old), "share/f!/a/b"},
		"zip in tar.xz": {xzOf(t, tarOf("x.zip", zipOf("a/b", hidden, old), old)), "share/f!/x.zip!/a/b"},
		"ar":            {arOf("x.gz/", gz(hidden), 0), "share/f!/x.gz"},
		"gzip in gzip":  {gz(gz(hidden)), "share/f"},
		"two":           {gz("x") + gz(hidden), "share/f"},
		"own":           {gz(p(ownName)), ""},
		"unknown, bare": {gz(strings.Repeat("d", 32) + "-x"), ""},
		"cut short":     {gz(hidden + strings.Repeat("x", 99))[:len(gz(hidden))-4], "share/f"}, // as far as it goes
		"damaged":       {gz(hidden)[:20], ""},
		"no gzip":       {"\x1f\x8b\x08" + strings.Repeat("x", 100), ""},
		"no bzip2":      {"BZhello", ""},
		"no xz":         {"\xfd7zXZ\x00" + strings.Repeat("x", 100), ""},
		"no zip":        {"PK\x03\x04", ""},
		"no ar":         {"!<arch>\nx", ""},
		"short ar":      {arOf("x", "text", 0)[:66], ""},
		"nothing":       {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			s.file(s.Tree, "share/f", tt.data, 0o644)
			if tt.want == "" {
				s.want()
				return
			}
			all := s.want("S20 " + tt.want + " " + otherName)
			if len(all) == 1 && !strings.Contains(all[0].Message, "not declared") {
				t.Errorf("the message is %q", all[0].Message)
			}
		})
	}
	t.Run("declared", func(t *testing.T) {
		s := newShelf(t)
		s.file(s.Tree, "share/f.gz", gz(p(seenName)), 0o644)
		all := s.want("S20 share/f.gz " + seenName)
		if len(all) == 1 && !strings.Contains(all[0].Message, "otherwise refer") {
			t.Errorf("the message is %q", all[0].Message)
		}
	})
	t.Run("referred to", func(t *testing.T) {
		s := newShelf(t)
		s.References = append(s.References, seenName)
		s.file(s.Tree, "share/f.gz", gz(p(seenName)), 0o644)
		s.want()
	})
	t.Run("unknown path", func(t *testing.T) {
		s := newShelf(t)
		gone := strings.Repeat("d", 32) + "-gone-1"
		s.file(s.Tree, "share/f.gz", gz(p(gone)), 0o644)
		s.want("S20 share/f.gz " + gone)
	})
}

// readBytes looks at a file that may unpack to left bytes.
func readBytes(data string, left int64) []audit.Finding {
	r := &run{Auditor: New(audit.Settings{}), subject: Subject{Tree: Tree{Path: ownName}, Host: "host-1", User: "somebody", Kernel: "6.1.0", Epoch: testEpoch}}
	r.files = newFileRun(r)
	s := &stream{
		unpacking: &unpacking{run: r, left: left}, label: "f.pyc", head: []byte(data[:min(512, len(data))]),
		in: strings.NewReader(data), at: strings.NewReader(data), size: int64(len(data)),
	}
	s.read()
	return r.findings
}

// What is not looked at is said.
func TestBounds(t *testing.T) {
	nested := "x"
	for range maxDepth {
		nested = gz(nested)
	}
	const left = 64 << 10
	large := strings.Repeat("\x00", 2*left)
	huge := strings.Repeat("\x00", maxZip+1)
	for name, tt := range map[string]struct {
		data  string
		left  int64
		notes int
	}{
		"nested":           {nested, left, 0},
		"nested once more": {gz(nested), left, 1},
		"enough":           {gz(large), 3 * left, 0},
		"gzip":             {gz(large), left, 1},
		"xz":               {xzOf(t, large), left, 1},
		"zstd":             {zst(t, large), left, 1},
		"in a tar":         {tarOf("b", gz(large), old), left, 1},
		"zip":              {zipOf("b", large, old), left, 1},
		"twice":            {tarOf("b", gz(large), old) + tarOf("c", gz(large), old), left, 1},
		"zip inside":       {gz(zipOf("b", large, old)), 3 * left, 0},
		"large zip inside": {gz("PK\x03\x04" + huge), maxUnpack, 1},
	} {
		t.Run(name, func(t *testing.T) {
			all := readBytes(tt.data, tt.left)
			if len(all) != tt.notes {
				t.Fatalf("found %q", brief(all))
			}
			for _, f := range all {
				if f.Rule != audit.HiddenReference || f.Severity != audit.Note || f.Subject != "not looked at" {
					t.Errorf("found %q", brief(all))
				}
			}
		})
	}
}

// A list of members that is longer than what is read of one.
func TestZipDirectoryIsBounded(t *testing.T) {
	n := maxDirectory/46 + 10
	list := strings.Repeat("PK\x01\x02"+strings.Repeat("\x00", 42), n)
	end := make([]byte, zipEnd)
	copy(end, "PK\x05\x06")
	binary.LittleEndian.PutUint16(end[8:], uint16(n))
	binary.LittleEndian.PutUint16(end[10:], uint16(n))
	binary.LittleEndian.PutUint32(end[12:], uint32(len(list)))
	if all := readBytes("PK\x03\x04"+list+string(end), 1<<20); len(all) != 1 || all[0].Subject != "not looked at" {
		t.Errorf("found %q", brief(all))
	}
}

func FuzzBytes(f *testing.F) {
	f.Add(gz("text"))
	f.Add(tarOf("a", "text", old))
	f.Add(zipOf("a", "text", old))
	f.Add(arOf("a/", "text", 0))
	f.Add(arOf("//", "text/\n", 0))
	f.Fuzz(func(_ *testing.T, data string) { readBytes(data, 1<<20) })
}

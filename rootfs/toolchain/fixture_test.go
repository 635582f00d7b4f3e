package toolchain

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// member is one member of an ar archive.
type member struct {
	name string
	body []byte
}

func arArchive(members ...member) []byte {
	out := bytes.NewBufferString(arMagic)
	for _, m := range members {
		fmt.Fprintf(out, "%-16s%-12d%-6d%-6d%-8s%-10d%s", m.name, 0, 0, 0, "100644", len(m.body), arHeaderEnd)
		out.Write(m.body)
		if len(m.body)%2 == 1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// tarOf makes an archive; a regular file's Linkname is its content.
func tarOf(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, h := range entries {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content, h.Linkname = h.Linkname, ""
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func compressed(t *testing.T, suffix string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch suffix {
	case "":
		return data
	case ".gz":
		w = gzip.NewWriter(&out)
	case ".xz":
		w, err = xz.NewWriter(&out)
	case ".zst":
		w, err = zstd.NewWriter(&out)
	default:
		return data
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func debOf(t *testing.T, suffix string, entries ...tar.Header) []byte {
	t.Helper()
	return arArchive(
		member{"debian-binary", []byte("2.0\n")},
		member{"control.tar.gz", []byte("never opened")},
		member{"data.tar" + suffix, compressed(t, suffix, tarOf(t, entries...))},
	)
}

func file(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Linkname: content}
}

func program(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Linkname: content}
}

func symlink(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}
}

func hardlink(name, source string) tar.Header {
	return tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: source, Mode: 0o755}
}

// sourcesOf writes packages to a folder and pins them, all for output.
func sourcesOf(t *testing.T, output string, packages map[string][]tar.Header) (*Release, string) {
	t.Helper()
	dir := t.TempDir()
	r := &Release{Name: "test"}
	for name, entries := range packages {
		deb := debOf(t, ".gz", entries...)
		sum := sha256.Sum256(deb)
		p := Package{Name: name, File: name + ".deb", Size: int64(len(deb)), SHA256: hex.EncodeToString(sum[:]), Outputs: []string{output}}
		if err := os.WriteFile(filepath.Join(dir, p.File), deb, 0o644); err != nil {
			t.Fatal(err)
		}
		r.Packages = append(r.Packages, p)
	}
	return r, dir
}

// listing describes a tree: a line a file, link and folder.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			fmt.Fprintf(&out, "%s/ %o\n", rel, info.Mode().Perm())
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, "%s -> %s\n", rel, target)
		default:
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, "%s %s %q\n", rel, info.Mode(), content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

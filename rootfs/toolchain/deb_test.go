package toolchain

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"testing"
)

func TestDebDataReadsEveryCompression(t *testing.T) {
	for _, suffix := range []string{"", ".gz", ".xz", ".zst"} {
		t.Run("data.tar"+suffix, func(t *testing.T) {
			r, err := debData(debOf(t, suffix, file("./a", "content")))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			archive := tar.NewReader(r)
			h, err := archive.Next()
			if err != nil || h.Name != "./a" {
				t.Fatalf("first entry %v, %v", h, err)
			}
			if content, err := io.ReadAll(archive); err != nil || string(content) != "content" {
				t.Errorf("content %q, %v", content, err)
			}
		})
	}
}

func TestDebDataSkipsExtensions(t *testing.T) {
	deb := arArchive(
		member{"debian-binary", []byte("2.1\n")},
		member{"_odd", []byte("odd")}, // also an odd length
		member{"control.tar", nil},
		member{"_more", nil},
		member{"data.tar/", []byte("data")}, // some writers end names with a slash
		member{"after", nil},
	)
	r, err := debData(deb)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); err != nil || string(data) != "data" {
		t.Errorf("data %q, %v", data, err)
	}
}

func TestDebDataRefuses(t *testing.T) {
	version := member{"debian-binary", []byte("2.0\n")}
	control := member{"control.tar.gz", nil}
	data := member{"data.tar", []byte("x")}
	good := arArchive(version, control, data)
	resized := func(size string) []byte { // of the first member
		out := bytes.Clone(good)
		copy(out[len(arMagic)+48:], size+"          "[len(size):])
		return out
	}
	tests := map[string][]byte{
		"nothing":              nil,
		"another file":         []byte("PK\x03\x04"),
		"no member":            []byte(arMagic),
		"half a header":        good[:len(arMagic)+30],
		"no data.tar":          arArchive(version, control),
		"no control.tar":       arArchive(version, data),
		"data.tar first":       arArchive(data, version, control),
		"format 3":             arArchive(member{"debian-binary", []byte("3.0\n")}, control, data),
		"unknown compression":  arArchive(version, control, member{"data.tar.lz4", nil}),
		"a member like it":     arArchive(version, control, member{"data.tarot", nil}),
		"size beyond the end":  resized("9999999999"),
		"negative size":        resized("-4"),
		"size that is no size": resized("0x4"),
		"cut short":            good[:len(good)-2],
		"bad header end":       bytes.Replace(good, []byte(arHeaderEnd), []byte("`X"), 1),
	}
	for name, deb := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := debData(deb); !errors.Is(err, ErrFormat) {
				t.Errorf("got %v, want ErrFormat", err)
			}
		})
	}
}

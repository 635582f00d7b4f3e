package toolchain

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// The ar archive is read here: deb(5) allows a subset of ar (no long names, no
// symbol table) whose reader is shorter than the use of a library that would
// also accept what a package must not hold.
const (
	arMagic      = "!<arch>\n"
	arHeaderSize = 60
	arHeaderEnd  = "`\n"
)

// debData gives the decompressed data.tar of a package. The control archive is
// passed over: its scripts are never run.
func debData(deb []byte) (io.ReadCloser, error) {
	if !bytes.HasPrefix(deb, []byte(arMagic)) {
		return nil, fmt.Errorf("read ar magic: %w", ErrFormat)
	}
	rest := deb[len(arMagic):]
	for _, want := range []string{"debian-binary", "control.tar", "data.tar"} {
		name, body, after, err := arMember(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if name != want && !strings.HasPrefix(name, want+".") {
			return nil, fmt.Errorf("read member %q where %s belongs: %w", name, want, ErrFormat)
		}
		switch want {
		case "debian-binary":
			if !bytes.HasPrefix(body, []byte("2.")) {
				return nil, fmt.Errorf("read format version %q: %w", body, ErrFormat)
			}
		case "data.tar":
			return decompress(strings.TrimPrefix(name, want), body)
		}
	}
	return nil, fmt.Errorf("find data.tar: %w", ErrFormat)
}

// arMember splits the first member off an archive without its magic. Members
// whose name starts with _ are extensions that deb(5) tells readers to skip.
func arMember(ar []byte) (name string, body, rest []byte, err error) {
	for {
		if len(ar) < arHeaderSize || string(ar[arHeaderSize-2:arHeaderSize]) != arHeaderEnd {
			return "", nil, nil, fmt.Errorf("read ar header: %w", ErrFormat)
		}
		name = strings.TrimSuffix(strings.TrimRight(string(ar[:16]), " "), "/")
		size, err := strconv.ParseUint(strings.TrimRight(string(ar[48:58]), " "), 10, 32)
		ar = ar[arHeaderSize:]
		if err != nil || size > uint64(len(ar)) {
			return "", nil, nil, fmt.Errorf("read size of member %q: %w", name, ErrFormat)
		}
		body, ar = ar[:size], ar[size:]
		if size%2 == 1 && len(ar) > 0 {
			ar = ar[1:] // members start at even offsets
		}
		if !strings.HasPrefix(name, "_") {
			return name, body, ar, nil
		}
	}
}

func decompress(suffix string, body []byte) (io.ReadCloser, error) {
	in := bytes.NewReader(body)
	switch suffix {
	case "":
		return io.NopCloser(in), nil
	case ".gz":
		return gzip.NewReader(in)
	case ".xz":
		r, err := xz.NewReader(in)
		return io.NopCloser(r), err
	case ".zst":
		r, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return r.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("read data.tar%s: unknown compression: %w", suffix, ErrFormat)
}

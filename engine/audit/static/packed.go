package static

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"belljar.build/engine/audit"
)

// format is how bytes are packed.
type format int

const (
	plain format = iota
	inGzip
	inXz
	inZstd
	inBzip2
	inTar
	inAr
	inZip
)

// detect tells it from the first bytes.
func detect(head []byte) format {
	for _, m := range []struct {
		magic string
		is    format
	}{
		{"\x1f\x8b\x08", inGzip},
		{"\xfd7zXZ\x00", inXz},
		{"\x28\xb5\x2f\xfd", inZstd},
		{"BZh", inBzip2},
		{"!<arch>\n", inAr},
		{"PK\x03\x04", inZip},
		{"PK\x05\x06", inZip},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.is
		}
	}
	if len(head) >= 262 && string(head[257:262]) == "ustar" {
		return inTar
	}
	return plain
}

// decoder bounds the memory that a stream may ask for.
func decoder(f format, r io.Reader) (io.ReadCloser, error) {
	switch f {
	case inBzip2:
		return io.NopCloser(bzip2.NewReader(r)), nil
	case inXz:
		x, err := xz.NewReader(r, maxWindow)
		return io.NopCloser(x), err
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

var errBound = errors.New("it unpacks to more than is looked at")

// bounded gives no more than what the file and the output may unpack to.
type bounded struct {
	io.Reader
	u *unpacking
}

func (b *bounded) Read(p []byte) (int, error) {
	left := min(b.u.left, b.u.files.left)
	if left <= 0 {
		return 0, errBound
	}
	n, err := b.Reader.Read(p[:min(int64(len(p)), left)])
	b.u.left -= int64(n)
	b.u.files.left -= int64(n)
	return n, err
}

// source is the file itself: that it cannot be read is no damage of what is
// packed in it.
type source struct {
	io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// unpacking is one file of the output, with all that is packed in it.
type unpacking struct {
	*run
	left     int64
	unlooked bool // a note says already that something was not looked at
}

// bytes reads a file through, once, and into what is packed in it: S20, S21,
// S22.
func (r *run) bytes(f *file) error {
	first := len(r.findings)
	u := &unpacking{run: r, left: maxUnpack}
	in := &source{Reader: io.NewSectionReader(f.in, 0, f.size)}
	if f.size == int64(len(f.head)) {
		in.Reader = bytes.NewReader(f.head)
	}
	s := &stream{unpacking: u, label: f.path, head: f.head, in: in, at: f.in, size: f.size, told: f.told}
	s.read()
	if in.err != nil {
		return fmt.Errorf("read %q: %w", f.path, in.err)
	}
	r.findings = append(r.findings[:first], nearest(r.findings[first:])...)
	return nil
}

// nearest leaves out what was found in an archive's bytes when it was found in
// one of the members too.
func nearest(all []audit.Finding) []audit.Finding {
	inside := map[[3]string]bool{}
	for _, f := range all {
		for i := strings.LastIndex(f.File, "!/"); i >= 0; i = strings.LastIndex(f.File[:i], "!/") {
			inside[[3]string{string(f.Rule), f.File[:i], f.Subject}] = true
		}
	}
	kept := all[:0]
	for _, f := range all {
		if !inside[[3]string{string(f.Rule), f.File, f.Subject}] || f.Rule == audit.Timestamp {
			kept = append(kept, f)
		}
	}
	return kept
}

// note says that something was not looked at, once for each file.
func (u *unpacking) note(label, why string) {
	if u.unlooked {
		return
	}
	u.unlooked = true
	f := audit.New(audit.HiddenReference, label, "not looked at", "is not looked at as a whole: "+why)
	f.Severity = audit.Note
	u.add(f)
}

// stream is one file, or one member of an archive, or what one of those
// unpacks to.
type stream struct {
	*unpacking
	label string
	depth int
	head  []byte
	in    io.Reader
	// at and size give any part of it, where that can be had.
	at   io.ReaderAt
	size int64
	told []string // folders of builds that need not be told again
}

// nested reads what s unpacks to, or a member of it.
func (s *stream) nested(label string, in io.Reader) {
	s.stored(label, &bounded{in, s.unpacking})
}

// stored is nested for what stands in s as it is: however large it is, it has
// only the bytes of s.
func (s *stream) stored(label string, in io.Reader) {
	s.left -= memberCost
	s.files.left -= memberCost
	b := bufio.NewReader(in)
	head, err := b.Peek(512)
	n := &stream{unpacking: s.unpacking, label: label, depth: s.depth + 1, head: head, in: b}
	if errors.Is(err, errBound) {
		s.note(label, errBound.Error())
		return
	}
	n.read()
}

// read looks at the bytes and into them.
func (s *stream) read() {
	sink := &sink{run: s.run, label: s.label, packed: s.depth > 0, told: s.told}
	w := s.files.take()
	w.start(sink.look)
	s.pyc(s.label, s.head)
	f := detect(s.head)
	s.unpack(f, io.TeeReader(s.in, w))
	// The end, or all of what is not packed.
	if _, err := w.ReadFrom(s.in); errors.Is(err, errBound) {
		s.note(s.label, errBound.Error())
	}
	w.finish()
	if f == plain && s.at != nil && zipEnds(w.buf) {
		s.unpack(inZip, s.in)
	}
	s.files.give(w)
	sink.tell()
}

// unpack reads as much of in as it needs. What is damaged is bytes like any
// other: only what can be unpacked can hide something.
func (s *stream) unpack(f format, in io.Reader) {
	if f == plain {
		return
	}
	if s.depth >= maxDepth {
		s.note(s.label, "too many archives in each other")
		return
	}
	var err error
	switch f {
	case inTar:
		err = s.tar(in)
	case inAr:
		err = s.ar(in)
	case inZip:
		err = s.zip(in)
	case inGzip:
		err = s.gzip(in)
	default:
		var d io.ReadCloser
		if d, err = decoder(f, in); err == nil {
			s.nested(s.unpackedLabel(), d)
			err = d.Close()
		}
	}
	if errors.Is(err, errBound) || errors.Is(err, errMany) || errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, xz.ErrMemlimit) {
		s.note(s.label, err.Error())
	}
}

// unpackedLabel is that of the stream itself: "share/a.tar.gz" holds one thing
// only. Its ending shows what bytecode is.
func (s *stream) unpackedLabel() string { return s.label }

func (s *stream) gzip(in io.Reader) error {
	z, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	t := &times{run: s.run, label: s.label, subject: "gzip header"}
	t.see("gzip header", unixTime(z.ModTime))
	t.tell("pass -n to gzip")
	s.nested(s.unpackedLabel(), z)
	return z.Close()
}

// member is what an archive's member is called in findings.
func (s *stream) member(name string) string {
	return s.label + "!/" + cut(strings.TrimPrefix(path.Clean("/"+name), "/"))
}

// take gives a window for one stream, give takes it back.
func (f *fileRun) take() *window {
	n := len(f.windows)
	if n == 0 {
		return &window{}
	}
	w := f.windows[n-1]
	f.windows = f.windows[:n-1]
	return w
}

func (f *fileRun) give(w *window) { f.windows = append(f.windows, w) }

package diff

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"belljar.build/engine/manifest"
)

// content is an open file of a tree.
type content struct {
	*os.File
	path string
	size int64
}

func (s *side) open(path string) (*content, error) {
	f, err := s.root.OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("in %s: %w", s.dir, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = manifest.ErrChanged
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("read %q in %s: %w", path, s.dir, err)
	}
	return &content{f, path, info.Size()}, nil
}

// read gives the whole file, which is not large.
func (f *content) read() ([]byte, error) {
	data := make([]byte, f.size)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fmt.Errorf("read %q: %w", f.path, err)
	}
	return data, nil
}

// stream compares two files of any size, as bytes.
func (l *looker) stream(ctx context.Context, a, b *content) error {
	const chunk = 256 << 10
	readers := [2]io.Reader{l.masking(a, 0), l.masking(b, 1)}
	var buffers [2][]byte
	for i := range buffers {
		buffers[i] = make([]byte, chunk)
	}
	d := &byteDiff{first: -1}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var n [2]int
		for i, r := range readers {
			var err error
			if n[i], err = io.ReadFull(r, buffers[i]); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return fmt.Errorf("read %q: %w", a.path, err)
			}
		}
		if n[0] == 0 && n[1] == 0 {
			break
		}
		d.chunk(buffers[0][:n[0]], buffers[1][:n[1]])
	}
	if d.first < 0 && l.hash[0] == "" {
		return fmt.Errorf("read %q: %w: the manifests say that it differs", a.path, manifest.ErrChanged)
	}
	if d.first < 0 {
		l.masked = true
		return nil
	}
	l.add(Cause{Kind: CauseUnread, Detail: fmt.Sprintf("it is larger than %d MiB: compared as bytes", maxFile>>20)})
	l.add(d.cause("", a.size, b.size))
	return nil
}

// masking reads one side as [looker.mask] would leave it.
func (l *looker) masking(r io.Reader, side int) io.Reader {
	if l.hash[side] == "" {
		return r
	}
	return &maskReader{r: r, hash: l.hash[side], buf: make([]byte, 0, 128<<10)}
}

// maskReader keeps back as many bytes as could be the start of a hash.
type maskReader struct {
	r     io.Reader
	hash  string
	buf   []byte
	ready int // how many bytes of buf can be handed out
	err   error
}

func (m *maskReader) Read(p []byte) (int, error) {
	for m.ready == 0 {
		if m.err != nil {
			return 0, m.err
		}
		m.fill()
	}
	n := copy(p, m.buf[:m.ready])
	m.buf = append(m.buf[:0], m.buf[n:]...)
	m.ready -= n
	return n, nil
}

func (m *maskReader) fill() {
	n, err := m.r.Read(m.buf[len(m.buf):cap(m.buf)])
	m.buf, m.err = m.buf[:len(m.buf)+n], err
	maskHash(m.buf, m.hash)
	m.ready = max(0, len(m.buf)-(hashLength-1))
	if err != nil {
		m.ready = len(m.buf)
	}
}

// maskHash overwrites every hash in data and tells whether there was one.
func maskHash(data []byte, hash string) (found bool) {
	for {
		i := bytes.Index(data, []byte(hash))
		if i < 0 {
			return found
		}
		found = true
		for j := range hashLength {
			data[i+j] = '.'
		}
		data = data[i+hashLength:]
	}
}

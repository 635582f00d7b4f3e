package diff

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

// formatZlib has no magic number that could be told from text; ELF names it.
const formatZlib format = "zlib"

// unpack gives what data unpacks to, or errLarge or errDamaged.
func (l *looker) unpack(f format, data []byte) ([]byte, error) {
	r, err := decoder(f, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer r.Close()
	return l.read(r)
}

// read gives all of r within the limits.
func (l *looker) read(r io.Reader) ([]byte, error) {
	limit := min(l.left, maxFile)
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	l.left -= int64(len(data))
	switch {
	case int64(len(data)) > limit, errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, xz.ErrMemlimit):
		return nil, errLarge
	case err != nil:
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	return data, nil
}

// decoder bounds the memory that a stream may ask for: xz and zstd name the
// size of their window.
func decoder(f format, r io.Reader) (io.ReadCloser, error) {
	switch f {
	case formatGzip:
		return gzip.NewReader(r)
	case formatZlib:
		return zlib.NewReader(r)
	case formatBzip2:
		return io.NopCloser(bzip2.NewReader(r)), nil
	case formatXz:
		x, err := xz.NewReader(r, maxFile)
		return io.NopCloser(x), err
	}
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxFile), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// compressed compares what two files unpack to.
func (l *looker) compressed(f format, where, name string, a, b []byte, depth int) {
	total := l.total
	if f == formatGzip {
		l.gzipHeader(where, a, b)
	}
	var content [2][]byte
	for i, data := range [][]byte{a, b} {
		var err error
		if content[i], err = l.unpack(f, data); err != nil {
			l.unread(where, err)
			l.bytes(where, a, b)
			return
		}
	}
	if bytes.Equal(content[0], content[1]) {
		if l.total == total {
			l.add(Cause{Kind: CauseCompression, Where: where, Detail: fmt.Sprintf("the same %s content, compressed differently", f)})
		}
		return
	}
	// What a member is called inside says the name without its ending.
	inner := strings.TrimSuffix(name, path.Ext(name))
	l.content(inside(where, path.Base(inner)), inner, content[0], content[1], depth+1)
}

func (l *looker) gzipHeader(where string, a, b []byte) {
	var headers [2]gzip.Header
	for i, data := range [][]byte{a, b} {
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return // unpacking it will say so
		}
		headers[i] = r.Header
	}
	for _, f := range []struct{ kind, name, before, after string }{
		{CauseTimestamp, "gzip header", stamp(headers[0].ModTime), stamp(headers[1].ModTime)},
		{CauseHeader, "gzip file name", headers[0].Name, headers[1].Name},
		{CauseHeader, "gzip comment", headers[0].Comment, headers[1].Comment},
		{CauseHeader, "gzip operating system", fmt.Sprint(headers[0].OS), fmt.Sprint(headers[1].OS)},
		{CauseHeader, "gzip extra field", fmt.Sprintf("%x", headers[0].Extra), fmt.Sprintf("%x", headers[1].Extra)},
	} {
		if f.before != f.after {
			l.add(Cause{Kind: f.kind, Where: where, Detail: f.name, Before: cut(f.before), After: cut(f.after)})
		}
	}
}

// stamp writes a time as reports do.
func stamp(t time.Time) string {
	if t.IsZero() || t.Unix() == 0 {
		return "none"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

package static

import "io"

const (
	// windowSize is how many bytes are looked at together.
	windowSize = 256 << 10
	// lookBehind and lookAhead are how many bytes around the beginning of a
	// match are always there to see, unless the file begins or ends.
	lookBehind = 128
	lookAhead  = 512
)

// window shows a stream to look piece by piece, so that whatever begins in a
// piece is seen as a whole.
type window struct {
	buf  []byte
	from int   // where the next match may begin in buf
	base int64 // the stream's offset of buf[0]
	look func(b []byte, from, to int, base int64)
}

func (w *window) start(look func(b []byte, from, to int, base int64)) {
	if w.buf == nil {
		w.buf = make([]byte, 0, windowSize)
	}
	w.buf, w.from, w.base, w.look = w.buf[:0], 0, 0, look
}

func (w *window) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		k := copy(w.buf[len(w.buf):cap(w.buf)], p)
		w.buf = w.buf[:len(w.buf)+k]
		p = p[k:]
		w.filled()
	}
	return n, nil
}

// ReadFrom is Write without the copy.
func (w *window) ReadFrom(r io.Reader) (total int64, err error) {
	for {
		n, err := r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		total += int64(n)
		w.filled()
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// filled looks at a full buffer and makes room.
func (w *window) filled() {
	if len(w.buf) < cap(w.buf) {
		return
	}
	to := len(w.buf) - lookAhead
	w.look(w.buf, w.from, to, w.base)
	keep := to - lookBehind
	n := copy(w.buf, w.buf[keep:])
	w.buf, w.from, w.base = w.buf[:n], lookBehind, w.base+int64(keep)
}

// finish looks at what is left.
func (w *window) finish() {
	w.look(w.buf, w.from, len(w.buf), w.base)
}

package diff

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

// pycHeader is what stands before the code in a .pyc file.
type pycHeader struct {
	magic  uint16
	hashed bool   // PEP 552: known by its source's hash, not its time
	flags  uint32 // the rest of PEP 552's
	stamp  string // the source's time, or its hash
	size   string // the source's, in bytes
	code   []byte
}

// parsePyc knows the headers of Python 3.7 and later, of 3.3 to 3.6, and of 2.
func parsePyc(data []byte) (h pycHeader, ok bool) {
	if len(data) < 8 {
		return h, false
	}
	h.magic = binary.LittleEndian.Uint16(data)
	length := 16
	switch {
	case h.magic >= 20000 || h.magic < 3190: // Python 2, and 3 before 3.3
		length = 8
	case h.magic < 3390:
		length = 12
	}
	if len(data) < length {
		return h, false
	}
	h.code = data[length:]
	rest := data[4:length]
	if length == 16 {
		h.flags, rest = binary.LittleEndian.Uint32(rest), rest[4:]
		h.hashed = h.flags&1 != 0
	}
	if h.hashed {
		h.stamp = fmt.Sprintf("%x", rest)
		return h, true
	}
	h.stamp = stamp(time.Unix(int64(binary.LittleEndian.Uint32(rest)), 0))
	if len(rest) == 8 {
		h.size = fmt.Sprint(binary.LittleEndian.Uint32(rest[4:]))
	}
	return h, true
}

// pyc compares two .pyc files.
func (l *looker) pyc(where string, a, b []byte) {
	before, ok := parsePyc(a)
	after, fine := parsePyc(b)
	if !ok || !fine {
		l.unread(where, errDamaged)
		l.plain(where, a, b)
		return
	}
	kind, name := CauseTimestamp, "the source's mtime"
	if before.hashed || after.hashed {
		kind, name = CausePython, "the source's hash"
	}
	for _, f := range []struct{ kind, name, before, after string }{
		{CausePython, "magic number (the version of Python)", fmt.Sprint(before.magic), fmt.Sprint(after.magic)},
		{CausePython, "flags", fmt.Sprint(before.flags), fmt.Sprint(after.flags)},
		{kind, name, before.stamp, after.stamp},
		{CausePython, "the source's size", before.size, after.size},
	} {
		if f.before != f.after {
			l.add(Cause{Kind: f.kind, Where: where, Detail: f.name, Before: f.before, After: f.after})
		}
	}
	if !bytes.Equal(before.code, after.code) {
		l.pycCode(where, before.code, after.code)
	}
}

func (l *looker) pycCode(where string, a, b []byte) {
	removed, added := differentStrings(a, b)
	d := &byteDiff{first: -1}
	d.chunk(a, b)
	detail := fmt.Sprintf("first difference at %#x of the code, %d bytes differ\n%s", d.first, d.count, signed(removed, added))
	l.add(Cause{
		Kind: CausePythonCode, Where: where, Detail: detail,
		Before: fmt.Sprintf("%d bytes", len(a)), After: fmt.Sprintf("%d bytes", len(b)),
	})
	l.timestamps(where, nil, removed, added)
	l.storePaths(where, a, b)
}

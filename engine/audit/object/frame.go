package object

import (
	"bytes"
	"encoding/binary"
)

// frameTable walks through .eh_frame, which the Linux Standard Base describes: CIEs
// and FDEs, each with its size in front. An FDE names a range of code, and the CIE
// that says how the range is encoded.
type frameTable struct {
	data      []byte
	address   uint64 // of data
	at        int
	encodings map[int]byte // of the FDEs of each CIE, by its place

	start, size uint64 // of the present FDE; size is 0 for a CIE
}

// maxEncodings bounds the CIEs: a linker joins equal ones, and leaves some dozens.
const maxEncodings = 64 << 10

// next goes to the next entry, false at the end or at what is no entry.
func (w *frameTable) next() bool {
	rest := w.data[w.at:]
	if len(rest) < 8 {
		return false
	}
	size := uint64(binary.LittleEndian.Uint32(rest))
	if size < 4 || size > uint64(len(rest)-4) { // 0 is the end; 64-bit sizes are nowhere in use
		return false
	}
	place, body := w.at, rest[4:4+size]
	w.at += 4 + int(size)
	w.start, w.size = 0, 0
	back := binary.LittleEndian.Uint32(body)
	if back == 0 {
		if encoding, ok := frameEncoding(body[4:]); ok && len(w.encodings) < maxEncodings {
			w.encodings[place] = encoding
		}
		return true
	}
	encoding, ok := w.encodings[place+4-int(back)]
	if !ok {
		return true
	}
	start, n, ok := pointer(body[4:], encoding, w.address+uint64(place)+8)
	if !ok {
		return true
	}
	if length, _, ok := pointer(body[4+n:], encoding&0x0f, 0); ok && length <= 1<<31 {
		w.start, w.size = start, length
	}
	return true
}

// frameEncoding reads a CIE: the way in which its FDEs write addresses.
func frameEncoding(b []byte) (encoding byte, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	version := b[0]
	augmentation, b, found := bytes.Cut(b[1:], []byte{0})
	if !found {
		return 0, false
	}
	if len(augmentation) == 0 {
		return 0, true // absolute
	}
	if augmentation[0] != 'z' {
		return 0, false
	}
	b = skipLEB(skipLEB(b)) // the alignment factors of code and data
	if version == 1 && len(b) > 0 {
		b = b[1:] // the return address register
	} else {
		b = skipLEB(b)
	}
	b = skipLEB(b) // the size of what follows
	for _, c := range augmentation[1:] {
		if (c == 'R' || c == 'L' || c == 'P') && len(b) == 0 {
			return 0, false
		}
		switch c {
		case 'R':
			return b[0], true
		case 'L':
			b = b[1:]
		case 'P':
			_, n, ok := pointer(b[1:], b[0]&0x0f, 0)
			if !ok {
				return 0, false
			}
			b = b[1+n:]
		}
	}
	return 0, true
}

func skipLEB(b []byte) []byte {
	for i, c := range b {
		if c < 0x80 {
			return b[i+1:]
		}
	}
	return nil
}

// pointer reads an address in one of the encodings of DWARF's exception tables, and
// how many bytes it took: absolute, or relative to its own place.
func pointer(b []byte, encoding byte, place uint64) (value uint64, size int, ok bool) {
	switch encoding & 0x0f {
	case 0x00, 0x04, 0x0c:
		size = 8
	case 0x02, 0x0a:
		size = 2
	case 0x03, 0x0b:
		size = 4
	default:
		return 0, 0, false
	}
	if len(b) < size {
		return 0, 0, false
	}
	switch encoding & 0x0f {
	case 0x02:
		value = uint64(binary.LittleEndian.Uint16(b))
	case 0x0a:
		value = uint64(int16(binary.LittleEndian.Uint16(b)))
	case 0x03:
		value = uint64(binary.LittleEndian.Uint32(b))
	case 0x0b:
		value = uint64(int32(binary.LittleEndian.Uint32(b)))
	default:
		value = binary.LittleEndian.Uint64(b)
	}
	switch encoding & 0xf0 {
	case 0x00:
	case 0x10:
		value += place
	default:
		return 0, 0, false
	}
	return value, size, true
}

package object

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
)

// maxText bounds a path, a RUNPATH and any other single string but a symbol's
// name.
const maxText = 4096

// source is a file in which every piece must lie before memory is taken for it.
type source struct {
	in   io.ReaderAt
	size int64
}

// piece reads size bytes. More than limit is damage: no real file has them there.
func (s source) piece(offset, size, limit uint64) ([]byte, error) {
	all := uint64(max(s.size, 0))
	if size > limit || offset > all || size > all-offset {
		return nil, ErrDamaged
	}
	b := make([]byte, size)
	if n, err := s.in.ReadAt(b, int64(offset)); n < len(b) {
		if err == io.EOF {
			err = ErrDamaged // it is shorter than its size
		}
		return nil, err
	}
	return b, nil
}

// load reads a structure, or a slice of structures, of fixed size.
func (s source) load(offset uint64, into any) error {
	size := uint64(binary.Size(into))
	b, err := s.piece(offset, size, size)
	if err != nil {
		return err
	}
	return binary.Read(bytes.NewReader(b), binary.LittleEndian, into)
}

// text is the string at an offset, at most size bytes; "" where there is none.
func (s source) text(offset, size uint64) string {
	if size > maxText {
		size = maxText
	}
	if all := uint64(max(s.size, 0)); offset < all {
		size = min(size, all-offset)
	}
	b, err := s.piece(offset, size, maxText)
	if err != nil {
		return ""
	}
	t, _, _ := strings.Cut(string(b), "\x00")
	return t
}

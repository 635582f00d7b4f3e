package escape

import (
	"archive/tar"
	"fmt"
	"strconv"
)

// Go's own writer makes neither of the entries below: they lie.

// sparse writes GNU's old sparse entry: its real size is far more than what
// follows, which is nothing.
func (h *hostile) sparse(name, size string) error {
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	block := header(name, tar.TypeGNUSparse, 0)
	copy(block[386:], fmt.Sprintf("%011o\x00%011o\x00", n, 0)) // the one piece: at the end, empty
	copy(block[483:], fmt.Sprintf("%011o\x00", n))             // real size
	return h.write(block)
}

// override writes a pax header that gives the next entry another name, target
// or size than its own header does.
func (h *hostile) override(key, value string) error {
	record := fmt.Sprintf(" %s=%s\n", key, value)
	length := len(record) + 2
	for len(strconv.Itoa(length))+len(record) != length {
		length++
	}
	data := make([]byte, 512)
	copy(data, strconv.Itoa(length)+record)
	return h.write(append(header("PaxHeaders", tar.TypeXHeader, length), data...))
}

// header is one of GNU's, without its checksum.
func header(name string, kind byte, size int) []byte {
	block := make([]byte, 512)
	copy(block, name)
	copy(block[100:], "0000644\x000000000\x000000000\x00")
	copy(block[124:], fmt.Sprintf("%011o\x00%011o\x00", size, 1))
	block[156] = kind
	copy(block[257:], "ustar  \x00")
	return block
}

// write puts a header, which gets its checksum, and what follows it.
func (h *hostile) write(blocks []byte) error {
	if err := h.w.Flush(); err != nil {
		return err
	}
	sum := 8 * int(' ')
	for i, c := range blocks[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(blocks[148:], fmt.Sprintf("%06o\x00 ", sum))
	_, err := h.b.Write(blocks)
	return err
}

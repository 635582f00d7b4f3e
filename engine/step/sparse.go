package step

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// block is how many zeros in a row become a hole: a small archive may stand
// for a file of terabytes, which must not take them from the disk.
const block = 64 << 10

// copySparse copies in to the empty file out, leaving holes where there is
// nothing but zeros.
func copySparse(out *os.File, in io.Reader) error {
	buf, zeros := make([]byte, block), make([]byte, block)
	for {
		n, err := io.ReadFull(in, buf)
		if n == block && bytes.Equal(buf, zeros) {
			if _, err := out.Seek(block, io.SeekCurrent); err != nil {
				return err
			}
		} else if _, err := out.Write(buf[:n]); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return end(out)
		case err != nil:
			return err
		}
	}
}

// end gives the file its length, which a hole at its end does not.
func end(out *os.File) error {
	length, err := out.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	return out.Truncate(length)
}

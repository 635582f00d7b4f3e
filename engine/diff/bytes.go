package diff

import (
	"bytes"
	"fmt"
	"strings"
)

// byteDiff is how two streams differ, byte by byte at the same offsets.
type byteDiff struct {
	offset int64 // of the next chunk
	first  int64 // offset of the first difference, -1 for none
	count  int64 // bytes that differ; what is beyond one side's end does
	dump   string
}

// chunk adds the next bytes of both sides; only at the end may one be shorter.
func (d *byteDiff) chunk(a, b []byte) {
	if !bytes.Equal(a, b) {
		n := min(len(a), len(b))
		for i := range n {
			if a[i] != b[i] {
				d.at(i, a, b)
				d.count++
			}
		}
		if len(a) != len(b) {
			d.at(n, a, b)
			d.count += int64(max(len(a), len(b)) - n)
		}
	}
	d.offset += int64(max(len(a), len(b)))
}

func (d *byteDiff) at(i int, a, b []byte) {
	if d.first >= 0 {
		return
	}
	d.first = d.offset + int64(i)
	i &^= 15
	d.dump = hexDump("- ", a, i, d.offset) + hexDump("+ ", b, i, d.offset)
}

// hexDump shows two rows from i on; the first byte of data is at offset base.
func hexDump(sign string, data []byte, i int, base int64) string {
	var out strings.Builder
	for row := i; row < min(i+32, len(data)); row += 16 {
		line := data[row:min(row+16, len(data))]
		text := make([]byte, len(line))
		for i, c := range line {
			text[i] = '.'
			if isGraphic(c) {
				text[i] = c
			}
		}
		fmt.Fprintf(&out, "%s%08x  %-47s  |%s|\n", sign, base+int64(row), fmt.Sprintf("% x", line), text)
	}
	return out.String()
}

func (d *byteDiff) cause(where string, before, after int64) Cause {
	return Cause{
		Kind: CauseBytes, Where: where, Offset: offset(d.first),
		Detail: fmt.Sprintf("first difference at offset %#x, %d bytes differ\n%s", d.first, d.count, d.dump),
		Before: fmt.Sprintf("%d bytes", before), After: fmt.Sprintf("%d bytes", after),
	}
}

// offset is how a place in bytes is written, "" for none.
func offset(at int64) string {
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("%#x", at)
}

// bytes says no more than where two texts differ.
func (l *looker) bytes(where string, a, b []byte) {
	d := &byteDiff{first: -1}
	d.chunk(a, b)
	if d.first >= 0 {
		l.add(d.cause(where, int64(len(a)), int64(len(b))))
	}
}

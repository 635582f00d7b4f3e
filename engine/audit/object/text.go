package object

import (
	"bytes"
	"debug/elf"
)

// textPiece is how much is read at once when strings are looked for.
const textPiece = 1 << 20

// Strings visits every string of the segments that cannot be written to, in which
// a word stands: up to 255 printable characters of ASCII between two zero bytes,
// and its address.
func (f *File) Strings(word string, visit func(address uint64, text string)) {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) == elf.PT_LOAD && elf.ProgFlag(p.Flags)&elf.PF_W == 0 {
			f.stringsOf(p, word, visit)
		}
	}
}

// maxString is the longest string that is looked at.
const maxString = 255

func (f *File) stringsOf(p elf.Prog64, word string, visit func(address uint64, text string)) {
	// Pieces overlap, so that a string at the end of one is whole in the next.
	const overlap = 2 * maxString
	done := p.Vaddr
	for at := p.Vaddr; ; at += textPiece - overlap {
		b, err := f.upTo(at, textPiece)
		if err != nil {
			return
		}
		last := len(b) < textPiece
		for from := 0; ; {
			i := bytes.Index(b[from:], []byte(word))
			if i < 0 {
				break
			}
			from += i
			start := bytes.LastIndexByte(b[:from], 0) + 1
			end := bytes.IndexByte(b[from:], 0)
			if end < 0 || !last && from+end > textPiece-maxString {
				break // it is whole in the next piece
			}
			end += from
			if address := at + uint64(start); end-start <= maxString && address >= done && printable(b[start:end]) {
				visit(address, string(b[start:end]))
				done = at + uint64(end)
			}
			from = end
		}
		if last || at+textPiece < at {
			return
		}
	}
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return len(b) > 0
}

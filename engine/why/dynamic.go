package why

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"strings"
)

// Bounds on what is read of a file: it may say anything.
const (
	maxSegments = 256
	maxDynamic  = 64 << 10 // bytes of its table
	maxText     = 4096     // bytes of a path or a RUNPATH
	maxNeeded   = 512
)

// dynamic is what the loader reads of a program or library.
type dynamic struct {
	interpreter string
	needed      []string
	runpath     string // or the RPATH, without one

	programs []elf.Prog64
	strings  span
	interp   span
}

// span is a range of the file.
type span struct{ start, size uint64 }

func (s span) has(offset int64) bool {
	return uint64(offset) >= s.start && uint64(offset)-s.start < s.size
}

// readDynamic reads a 64-bit little-endian ELF file by its segments, as the
// loader does; nil for every other file. Sections, which may be missing, and
// package debug/elf, which unpacks compressed ones of any size, are not needed.
func readDynamic(in io.ReaderAt) *dynamic {
	var h elf.Header64
	if !load(in, 0, &h) || string(h.Ident[:4]) != elf.ELFMAG ||
		elf.Class(h.Ident[elf.EI_CLASS]) != elf.ELFCLASS64 || elf.Data(h.Ident[elf.EI_DATA]) != elf.ELFDATA2LSB ||
		int(h.Phentsize) != binary.Size(elf.Prog64{}) {
		return nil
	}
	d := &dynamic{programs: make([]elf.Prog64, min(h.Phnum, maxSegments))}
	if !load(in, h.Phoff, d.programs) {
		return nil
	}
	for _, p := range d.programs {
		switch elf.ProgType(p.Type) {
		case elf.PT_INTERP:
			d.interp = span{p.Off, min(p.Filesz, maxText)}
			d.interpreter = text(in, p.Off, d.interp.size)
		case elf.PT_DYNAMIC:
			d.table(in, p)
		}
	}
	return d
}

// table reads the dynamic section.
func (d *dynamic) table(in io.ReaderAt, p elf.Prog64) {
	entries := make([]elf.Dyn64, min(p.Filesz, maxDynamic)/16)
	if !load(in, p.Off, entries) {
		return
	}
	value := map[elf.DynTag]uint64{}
	var needed []uint64
	for _, e := range entries {
		tag := elf.DynTag(e.Tag)
		if tag == elf.DT_NULL {
			break
		}
		if tag == elf.DT_NEEDED && len(needed) < maxNeeded {
			needed = append(needed, e.Val)
		}
		value[tag] = e.Val
	}
	start, ok := d.offset(value[elf.DT_STRTAB])
	if !ok {
		return
	}
	d.strings = span{start, value[elf.DT_STRSZ]}
	for _, at := range needed {
		d.needed = append(d.needed, d.text(in, at))
	}
	for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		if at, ok := value[tag]; ok && d.runpath == "" {
			d.runpath = d.text(in, at)
		}
	}
}

// offset is where in the file an address is.
func (d *dynamic) offset(address uint64) (uint64, bool) {
	for _, p := range d.programs {
		if elf.ProgType(p.Type) == elf.PT_LOAD && address >= p.Vaddr && address-p.Vaddr < p.Filesz {
			return p.Off + (address - p.Vaddr), true
		}
	}
	return 0, false
}

// text is a string of the string table.
func (d *dynamic) text(in io.ReaderAt, at uint64) string {
	if at >= d.strings.size {
		return ""
	}
	return text(in, d.strings.start+at, min(d.strings.size-at, maxText))
}

// holds says whether an offset is in what the loader reads as text.
func (d *dynamic) holds(offset int64) bool { return d.strings.has(offset) || d.interp.has(offset) }

func text(in io.ReaderAt, at, size uint64) string {
	b := make([]byte, size)
	n, _ := in.ReadAt(b, int64(at)) // a negative offset is an error, and nothing is read
	s, _, _ := strings.Cut(string(b[:n]), "\x00")
	return s
}

// load reads a structure of fixed size, or says that the file has none there.
func load(in io.ReaderAt, at uint64, into any) bool {
	b := make([]byte, binary.Size(into))
	if n, _ := in.ReadAt(b, int64(at)); n < len(b) {
		return false
	}
	return binary.Read(bytes.NewReader(b), binary.LittleEndian, into) == nil
}

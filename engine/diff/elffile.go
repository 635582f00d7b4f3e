package diff

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// The ELF reader is our own, with the names and numbers of debug/elf. That
// package promises no more than a best effort for hostile files: of a file of
// some megabytes, each of its sections may have a name of some megabytes, its
// version tables unfold without end, and the table of names may be a zlib bomb.
// Here every name and section is a slice of the file, and their sums are
// bounded.
const (
	maxSections = 1 << 16
	maxELFName  = 1024
	maxNames    = 16 << 20 // bytes of all symbols' names
)

// elfFile is what a comparison needs of an ELF file.
type elfFile struct {
	data     []byte
	order    binary.ByteOrder
	wide     bool // 64 bits
	osabi    elf.OSABI
	kind     elf.Type
	machine  elf.Machine
	flags    uint32
	segments []string // kind and permissions, in order
	sections []elfSection
}

// elfSection is one section; data is nil for one that takes no room.
type elfSection struct {
	name  string
	nth   int // of that name, from 0
	kind  elf.SectionType
	flags elf.SectionFlag
	addr  uint64
	size  uint64
	link  uint32
	data  []byte
}

// parseELF reads the headers. The error is errDamaged when one leads outside
// the file.
func parseELF(data []byte) (*elfFile, error) {
	f := &elfFile{data: data, order: binary.LittleEndian}
	if len(data) < 52 {
		return nil, errDamaged
	}
	f.wide = elf.Class(data[elf.EI_CLASS]) == elf.ELFCLASS64
	if elf.Data(data[elf.EI_DATA]) == elf.ELFDATA2MSB {
		f.order = binary.BigEndian
	}
	f.osabi = elf.OSABI(data[elf.EI_OSABI])
	f.kind, f.machine = elf.Type(f.order.Uint16(data[16:])), elf.Machine(f.order.Uint16(data[18:]))
	var programs, sections uint64
	var rest []byte
	if f.wide {
		if len(data) < 64 {
			return nil, errDamaged
		}
		programs, sections, rest = f.order.Uint64(data[32:]), f.order.Uint64(data[40:]), data[48:64]
	} else {
		programs, sections, rest = uint64(f.order.Uint32(data[28:])), uint64(f.order.Uint32(data[32:])), data[36:52]
	}
	f.flags = f.order.Uint32(rest)
	n := func(i int) uint64 { return uint64(f.order.Uint16(rest[i:])) }
	if err := f.readSegments(programs, n(6), n(8)); err != nil {
		return nil, fmt.Errorf("program headers: %w", err)
	}
	if err := f.readSections(sections, n(10), n(12), n(14)); err != nil {
		return nil, fmt.Errorf("sections: %w", err)
	}
	return f, nil
}

// table is a slice of count entries; nil, false when it leads outside.
func (f *elfFile) table(offset, size, count uint64) ([]byte, bool) {
	all := uint64(len(f.data))
	if offset > all || count > 0 && size > (all-offset)/count {
		return nil, false
	}
	return f.data[offset : offset+size*count], true
}

func (f *elfFile) readSegments(offset, size, count uint64) error {
	t, ok := f.table(offset, size, count)
	if !ok || count > 0 && size < 32 || f.wide && count > 0 && size < 56 {
		return errDamaged
	}
	for ; count > 0; count-- {
		flags := 24
		if f.wide {
			flags = 4
		}
		f.segments = append(f.segments, segment(elf.ProgType(f.order.Uint32(t)), elf.ProgFlag(f.order.Uint32(t[flags:]))))
		t = t[size:]
	}
	return nil
}

func segment(kind elf.ProgType, flags elf.ProgFlag) string {
	access := []byte("---")
	for i, bit := range []elf.ProgFlag{elf.PF_R, elf.PF_W, elf.PF_X} {
		if flags&bit != 0 {
			access[i] = "rwx"[i]
		}
	}
	return kind.String() + " " + string(access)
}

func (f *elfFile) readSections(offset, size, count, names uint64) error {
	if offset == 0 {
		return nil
	}
	least := uint64(40)
	if f.wide {
		least = 64
	}
	if size < least {
		return errDamaged
	}
	if count == 0 { // the first section says how many there are
		if t, ok := f.table(offset, size, 1); ok {
			first := f.section(t)
			count = first.size
			if elf.SectionIndex(names) == elf.SHN_XINDEX {
				names = uint64(first.link)
			}
		}
	}
	t, ok := f.table(offset, size, count)
	if !ok || count > maxSections {
		return errDamaged
	}
	f.sections = make([]elfSection, count)
	index := make([]uint32, count)
	for i := range f.sections {
		f.sections[i], index[i] = f.section(t), f.order.Uint32(t)
		t = t[size:]
	}
	if err := f.fill(); err != nil {
		return err
	}
	return f.nameSections(names, index)
}

// section reads one header; its data is filled in later.
func (f *elfFile) section(t []byte) elfSection {
	s := elfSection{kind: elf.SectionType(f.order.Uint32(t[4:]))}
	var offset uint64
	if f.wide {
		s.flags, s.addr = elf.SectionFlag(f.order.Uint64(t[8:])), f.order.Uint64(t[16:])
		offset, s.size, s.link = f.order.Uint64(t[24:]), f.order.Uint64(t[32:]), f.order.Uint32(t[40:])
	} else {
		s.flags, s.addr = elf.SectionFlag(f.order.Uint32(t[8:])), uint64(f.order.Uint32(t[12:]))
		offset, s.size, s.link = uint64(f.order.Uint32(t[16:])), uint64(f.order.Uint32(t[20:])), f.order.Uint32(t[24:])
	}
	if s.kind != elf.SHT_NOBITS && s.kind != elf.SHT_NULL {
		s.data, _ = f.table(offset, s.size, 1)
	}
	return s
}

// fill looks whether all sections lie in the file and, together, are hardly
// larger than it: else comparing them could take for ever.
func (f *elfFile) fill() error {
	sum := uint64(0)
	for i := range f.sections {
		s := &f.sections[i]
		if s.data == nil && s.size > 0 && s.kind != elf.SHT_NOBITS && s.kind != elf.SHT_NULL {
			return errDamaged
		}
		sum += uint64(len(s.data))
	}
	if sum > 2*uint64(len(f.data)) {
		return errDamaged
	}
	return nil
}

func (f *elfFile) nameSections(names uint64, index []uint32) error {
	if names >= uint64(len(f.sections)) {
		return errDamaged
	}
	seen := map[string]int{}
	for i := range f.sections {
		s := &f.sections[i]
		s.name = stringAt(f.sections[names].data, uint64(index[i]))
		s.nth = seen[s.name]
		seen[s.name]++
	}
	return nil
}

// stringAt is the string at an offset of a table, cut when it is too long to
// be a name.
func stringAt(table []byte, offset uint64) string {
	if offset >= uint64(len(table)) {
		return ""
	}
	table = table[offset:min(offset+maxELFName, uint64(len(table)))]
	if end := bytes.IndexByte(table, 0); end >= 0 {
		table = table[:end]
	}
	return string(table)
}

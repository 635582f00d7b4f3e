package object

import (
	"debug/elf"
	"encoding/binary"
)

// Need is a version that the loader demands of a library before it looks for any
// symbol.
type Need struct {
	Library string // "libc.so.6"
	Version string // "GLIBC_2.17"
	Weak    bool
}

// maxVersions bounds the version tables; libc defines 40.
const maxVersions = 16 << 10

// version is what the version table says of one symbol.
type version struct {
	name, library string
	local         bool
}

type versions struct {
	index []byte // two bytes a symbol
	names map[uint16]version
}

// of gives the version of the nth symbol.
func (v versions) of(n int) version {
	if 2*n+2 > len(v.index) {
		return version{}
	}
	i := binary.LittleEndian.Uint16(v.index[2*n:]) & 0x7fff
	if i == 0 {
		return version{local: true}
	}
	return v.names[i]
}

func (f *File) readVersions(symbols uint64) (v versions, err error) {
	v.names = map[uint16]version{}
	if address, ok := f.dynamic.value[elf.DT_VERSYM]; ok {
		if v.index, err = f.at(address, 2*symbols, 2*maxSymbols); err != nil {
			return v, err
		}
	}
	if err := f.readNeeds(v.names); err != nil {
		return v, err
	}
	return v, f.readDefinitions(v.names)
}

// list visits count records of a linked list. A record has so many bytes, and says
// at which of them the distance to the following one stands. left bounds all lists
// of a table.
func (f *File) list(address, count uint64, size, next int, left *int, visit func(at uint64, b []byte) error) error {
	for ; count > 0; count-- {
		if *left--; *left < 0 {
			return ErrDamaged
		}
		b, err := f.at(address, uint64(size), uint64(size))
		if err != nil {
			return err
		}
		if err := visit(address, b); err != nil {
			return err
		}
		step := binary.LittleEndian.Uint32(b[next:])
		if step == 0 {
			return nil
		}
		address += uint64(step)
	}
	return nil
}

func (f *File) readNeeds(names map[uint16]version) error {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	address, ok := f.dynamic.value[elf.DT_VERNEED]
	if !ok {
		return nil
	}
	left := maxVersions
	return f.list(address, f.dynamic.value[elf.DT_VERNEEDNUM], 16, 12, &left, func(at uint64, b []byte) error {
		library := f.text(uint64(u32(b[4:])))
		return f.list(at+uint64(u32(b[8:])), uint64(u16(b[2:])), 16, 12, &left, func(_ uint64, b []byte) error {
			name := f.text(uint64(u32(b[8:])))
			f.Needs = append(f.Needs, Need{library, name, elf.DynamicVersionFlag(u16(b[4:]))&elf.VER_FLG_WEAK != 0})
			names[u16(b[6:])&0x7fff] = version{name: name, library: library}
			return nil
		})
	})
}

func (f *File) readDefinitions(names map[uint16]version) error {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	address, ok := f.dynamic.value[elf.DT_VERDEF]
	if !ok {
		return nil
	}
	left := maxVersions
	return f.list(address, f.dynamic.value[elf.DT_VERDEFNUM], 20, 16, &left, func(at uint64, b []byte) error {
		if u16(b[6:]) == 0 || elf.DynamicVersionFlag(u16(b[2:]))&elf.VER_FLG_BASE != 0 {
			return nil // the library's own name: its symbols have no version
		}
		first, err := f.at(at+uint64(u32(b[12:])), 8, 8)
		if err != nil {
			return err
		}
		name := f.text(uint64(u32(first)))
		f.Versions = append(f.Versions, name)
		names[u16(b[4:])&0x7fff] = version{name: name}
		return nil
	})
}

package object

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"slices"
)

// Symbol is a symbol of the dynamic symbol table.
type Symbol struct {
	Name string
	// Version: "GLIBC_2.2.5"; "" without one.
	Version string
	// Library is the one that an undefined symbol's version is asked of.
	Library string
	Weak    bool
}

// Defines tells whether the loader takes this file's definition for a symbol. As
// in the loader, a definition without version is good for every version.
func (f *File) Defines(name, version string) bool {
	i, _ := slices.BinarySearchFunc(f.Defined, name, func(s Symbol, name string) int { return cmp.Compare(s.Name, name) })
	for ; i < len(f.Defined) && f.Defined[i].Name == name; i++ {
		if v := f.Defined[i].Version; v == version || v == "" || version == "" {
			return true
		}
	}
	return false
}

func (f *File) readSymbols() error {
	v := f.dynamic.value
	address, ok := v[elf.DT_SYMTAB]
	if !ok {
		return nil
	}
	count, err := f.hashed()
	if err != nil {
		return err
	}
	used, err := f.relocated()
	if err != nil {
		return err
	}
	count = max(count, uint64(len(used)))
	table, err := f.at(address, count*elf.Sym64Size, maxSymbols*elf.Sym64Size)
	if err != nil {
		return err
	}
	versions, err := f.readVersions(count)
	if err != nil {
		return err
	}
	sum := 0
	f.symbols = make([]elf.Sym64, count)
	for i := range f.symbols {
		s := &f.symbols[i]
		t := table[i*elf.Sym64Size:]
		s.Name, s.Info, s.Other, s.Shndx = binary.LittleEndian.Uint32(t), t[4], t[5], binary.LittleEndian.Uint16(t[6:])
		s.Value, s.Size = binary.LittleEndian.Uint64(t[8:]), binary.LittleEndian.Uint64(t[16:])
		name := cut(f.names, uint64(s.Name), maxName)
		if sum += len(name); sum > maxNames {
			return ErrDamaged
		}
		if name != "" {
			f.symbol(name, s, versions.of(i), i < len(used) && used[i])
		}
	}
	slices.SortFunc(f.Defined, func(a, b Symbol) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version)) })
	return nil
}

// symbol files one symbol.
func (f *File) symbol(name string, s *elf.Sym64, v version, used bool) {
	bind, kind := elf.ST_BIND(s.Info), elf.ST_TYPE(s.Info)
	if bind == elf.STB_LOCAL {
		return
	}
	if kind == elf.STT_GNU_IFUNC {
		f.IFunc = true
	}
	weak := bind == elf.STB_WEAK
	switch elf.SectionIndex(s.Shndx) {
	case elf.SHN_UNDEF:
		if used {
			f.Undefined = append(f.Undefined, Symbol{name, v.name, v.library, weak})
		}
	default:
		if !v.local {
			f.Defined = append(f.Defined, Symbol{Name: name, Version: v.name, Weak: weak})
		}
	}
}

// hashed is the number of symbols that the hash tables tell of: all of them, if
// at least one is defined.
func (f *File) hashed() (uint64, error) {
	if address, ok := f.dynamic.value[elf.DT_HASH]; ok {
		head, err := f.at(address, 8, 8)
		if err != nil {
			return 0, err
		}
		return bounded(uint64(binary.LittleEndian.Uint32(head[4:])))
	}
	address, ok := f.dynamic.value[elf.DT_GNU_HASH]
	if !ok {
		return 0, nil
	}
	head, err := f.at(address, 16, 16)
	if err != nil {
		return 0, err
	}
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32(head[4*i:])) }
	buckets, first, bloom := word(0), word(1), word(2)
	if buckets > maxSymbols || bloom > maxSymbols {
		return 0, ErrDamaged
	}
	address += 16 + 8*bloom
	table, err := f.at(address, 4*buckets, 4*maxSymbols)
	if err != nil {
		return 0, err
	}
	last := uint64(0)
	for i := range buckets {
		last = max(last, uint64(binary.LittleEndian.Uint32(table[4*i:])))
	}
	if last < first || last == 0 {
		return 0, nil
	}
	return f.chainEnd(address+4*buckets, first, last)
}

// chainEnd follows the last chain of a GNU hash table to its end.
func (f *File) chainEnd(chains, first, last uint64) (uint64, error) {
	if _, err := bounded(last); err != nil {
		return 0, err
	}
	rest, err := f.upTo(chains+4*(last-first), 4*maxSymbols)
	if err != nil {
		return 0, err
	}
	for ; len(rest) >= 4; rest = rest[4:] {
		last++
		if binary.LittleEndian.Uint32(rest)&1 != 0 {
			return bounded(last)
		}
	}
	return 0, ErrDamaged
}

func bounded(count uint64) (uint64, error) {
	if count > maxSymbols {
		return 0, ErrDamaged
	}
	return count, nil
}

// relocated tells of each symbol whether a relocation names it: those that the
// loader looks for. It also sees the IRELATIVE ones.
func (f *File) relocated() ([]bool, error) {
	var used []bool
	v := f.dynamic.value
	for _, t := range [][2]elf.DynTag{{elf.DT_RELA, elf.DT_RELASZ}, {elf.DT_JMPREL, elf.DT_PLTRELSZ}} {
		address, ok := v[t[0]]
		if !ok {
			continue
		}
		offset, rest, ok := f.offset(address)
		if !ok || v[t[1]] > rest {
			return nil, ErrDamaged
		}
		for size := v[t[1]]; size > 0; {
			n := min(size, relocations*24)
			b, err := f.in.piece(offset, n, relocations*24)
			if err != nil {
				return nil, err
			}
			offset, size = offset+n, size-n
			if used, err = f.noteRelocations(b, used); err != nil {
				return nil, err
			}
		}
	}
	return used, nil
}

// relocations is how many are read at once.
const relocations = 32 << 10

func (f *File) noteRelocations(b []byte, used []bool) ([]bool, error) {
	for ; len(b) >= 24; b = b[24:] {
		info := binary.LittleEndian.Uint64(b[8:])
		if elf.R_X86_64(info&0xffffffff) == elf.R_X86_64_IRELATIVE {
			f.IFunc = true
		}
		symbol := info >> 32
		if symbol == 0 {
			continue
		}
		if symbol >= maxSymbols {
			return nil, ErrDamaged
		}
		for uint64(len(used)) <= symbol {
			used = append(used, false)
		}
		used[symbol] = true
	}
	return used, nil
}

package diff

import (
	"debug/elf"
	"encoding/hex"
)

// find is the first section of a kind, nil if there is none.
func (f *elfFile) find(kind elf.SectionType) *elfSection {
	for i := range f.sections {
		if f.sections[i].kind == kind {
			return &f.sections[i]
		}
	}
	return nil
}

// named is the first section of a name, nil if there is none.
func (f *elfFile) named(name string) *elfSection {
	for i := range f.sections {
		if f.sections[i].name == name {
			return &f.sections[i]
		}
	}
	return nil
}

func (f *elfFile) linked(s *elfSection) []byte {
	if uint64(s.link) >= uint64(len(f.sections)) {
		return nil
	}
	return f.sections[s.link].data
}

// dynamic calls visit with every entry of the dynamic section, and with the
// string that its value would name.
func (f *elfFile) dynamic(visit func(tag elf.DynTag, value uint64, text func() string)) {
	s := f.find(elf.SHT_DYNAMIC)
	if s == nil {
		return
	}
	table, word, data := f.linked(s), 4, s.data
	if f.wide {
		word = 8
	}
	for ; len(data) >= 2*word; data = data[2*word:] {
		tag, value := f.word(data), f.word(data[word:])
		if elf.DynTag(tag) == elf.DT_NULL {
			return
		}
		visit(elf.DynTag(tag), value, func() string { return stringAt(table, value) })
	}
}

func (f *elfFile) word(data []byte) uint64 {
	if f.wide {
		return f.order.Uint64(data)
	}
	return uint64(f.order.Uint32(data))
}

// elfSymbol is one entry of a symbol table.
type elfSymbol struct {
	name        uint32
	info        byte
	section     uint16
	value, size uint64
}

// symbols calls visit with every entry of a symbol table until it returns
// false.
func (f *elfFile) symbols(table *elfSection, visit func(elfSymbol) bool) {
	if table == nil {
		return
	}
	size := elf.Sym32Size
	if f.wide {
		size = elf.Sym64Size
	}
	for data := table.data; len(data) >= size; data = data[size:] {
		s := elfSymbol{name: f.order.Uint32(data)}
		if f.wide {
			s.info, s.section = data[4], f.order.Uint16(data[6:])
			s.value, s.size = f.order.Uint64(data[8:]), f.order.Uint64(data[16:])
		} else {
			s.value, s.size = uint64(f.order.Uint32(data[4:])), uint64(f.order.Uint32(data[8:]))
			s.info, s.section = data[12], f.order.Uint16(data[14:])
		}
		if !visit(s) {
			return
		}
	}
}

// dynamicSymbols lists what the file offers and, marked, what it wants.
func (f *elfFile) dynamicSymbols() (names []string) {
	table := f.find(elf.SHT_DYNSYM)
	if table == nil {
		return nil
	}
	text, total := f.linked(table), 0
	f.symbols(table, func(s elfSymbol) bool {
		name := stringAt(text, uint64(s.name))
		if name == "" {
			return true
		}
		total += len(name)
		if elf.SectionIndex(s.section) == elf.SHN_UNDEF {
			name += " (undefined)"
		}
		names = append(names, name)
		return total < maxNames
	})
	return names
}

// function names what lies at an offset of a section, "" when no symbol does.
func (f *elfFile) function(section *elfSection, index int, offset uint64) (name string) {
	if f.kind != elf.ET_REL { // values are addresses then
		offset += section.addr
	}
	for _, kind := range []elf.SectionType{elf.SHT_SYMTAB, elf.SHT_DYNSYM} {
		table := f.find(kind)
		f.symbols(table, func(s elfSymbol) bool {
			t := elf.ST_TYPE(s.info)
			if (t == elf.STT_FUNC || t == elf.STT_OBJECT) && int(s.section) == index && offset >= s.value && offset-s.value < s.size {
				name = stringAt(f.linked(table), uint64(s.name))
			}
			return name == ""
		})
		if name != "" {
			break
		}
	}
	return name
}

// buildID is the GNU build id in hexadecimal digits, "" if there is none.
func (f *elfFile) buildID() string {
	s := f.named(".note.gnu.build-id")
	if s == nil || len(s.data) < 16 {
		return ""
	}
	nameSize, size := f.order.Uint32(s.data), f.order.Uint32(s.data[4:])
	if nameSize != 4 || uint64(size) > uint64(len(s.data)-16) {
		return ""
	}
	return hex.EncodeToString(s.data[16 : 16+min(size, 64)])
}

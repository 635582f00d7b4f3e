package object

import (
	"cmp"
	"debug/elf"
	"slices"
)

// Function is a range of code that begins and ends where instructions do.
type Function struct {
	Start, Size uint64 // addresses
	Name        string // "" for most of a stripped file
}

// End is the address behind the function.
func (f Function) End() uint64 { return f.Start + f.Size }

const (
	maxFunctions = 1 << 20
	maxFrames    = 64 << 20 // bytes of .eh_frame
)

// Functions are the ranges that the unwinder's table and the symbols name, by
// address, none in another. The table stays when a file is stripped, and holds all
// that a compiler made; of hand-written code it may know nothing.
func (f *File) Functions() []Function {
	all := f.frames()
	slices.SortStableFunc(all, byStart)
	all = apart(all)
	named := f.functionSymbols()
	for i := range all {
		if n, ok := slices.BinarySearchFunc(named, all[i].Start, atStart); ok {
			all[i].Name = named[n].Name
		}
	}
	framed := len(all)
	for _, s := range named {
		i, _ := slices.BinarySearchFunc(all[:framed], s.Start, atStart)
		if (i == 0 || all[i-1].End() <= s.Start) && (i == framed || s.End() <= all[i].Start) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, byStart)
	return apart(all)
}

func byStart(a, b Function) int            { return cmp.Compare(a.Start, b.Start) }
func atStart(f Function, start uint64) int { return cmp.Compare(f.Start, start) }

// apart takes out what begins in the range before it.
func apart(all []Function) []Function {
	end := uint64(0)
	return slices.DeleteFunc(all, func(f Function) bool {
		if f.Start < end {
			return true
		}
		end = f.End()
		return false
	})
}

// functionSymbols are the functions of the dynamic symbol table that have a size,
// by address.
func (f *File) functionSymbols() (all []Function) {
	for i := range f.symbols {
		s := &f.symbols[i]
		kind := elf.ST_TYPE(s.Info)
		if (kind != elf.STT_FUNC && kind != elf.STT_GNU_IFUNC) || elf.SectionIndex(s.Shndx) == elf.SHN_UNDEF {
			continue
		}
		if s.Size > 0 && f.executable(s.Value, s.Size) {
			all = append(all, Function{s.Value, s.Size, cut(f.names, uint64(s.Name), maxName)})
		}
	}
	slices.SortStableFunc(all, byStart)
	return slices.CompactFunc(all, func(a, b Function) bool { return a.Start == b.Start })
}

// executable tells whether a range is code in the file.
func (f *File) executable(start, size uint64) bool {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) == elf.PT_LOAD && elf.ProgFlag(p.Flags)&elf.PF_X != 0 &&
			start >= p.Vaddr && start-p.Vaddr < p.Filesz && size <= p.Filesz-(start-p.Vaddr) {
			return true
		}
	}
	return false
}

// Code reads the code at an address, at most limit bytes of it.
func (f *File) Code(address, limit uint64) ([]byte, error) { return f.upTo(address, limit) }

// frames are the ranges of the unwinder's table, .eh_frame, in its order.
func (f *File) frames() (all []Function) {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) != elf.PT_GNU_EH_FRAME {
			continue
		}
		// struct eh_frame_hdr: version 1, the encoding of the pointer to
		// .eh_frame, two more, and that pointer.
		head, err := f.at(p.Vaddr, 12, 12)
		if err != nil || head[0] != 1 {
			return nil
		}
		address, _, ok := pointer(head[4:], head[1], p.Vaddr+4)
		if !ok {
			return nil
		}
		table, err := f.upTo(address, maxFrames)
		if err != nil {
			return nil
		}
		w := &frameTable{data: table, address: address, encodings: map[int]byte{}}
		for w.next() && len(all) < maxFunctions {
			if w.size > 0 && f.executable(w.start, w.size) {
				all = append(all, Function{Start: w.start, Size: w.size})
			}
		}
		return all
	}
	return nil
}

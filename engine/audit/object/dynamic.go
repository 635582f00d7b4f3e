package object

import (
	"debug/elf"
	"strings"
)

// Bounds on the loader's tables. libLLVM, the largest library around, has 100,000
// symbols, and names of 6 MB.
const (
	maxDynamic = 64 << 10 // bytes
	maxNeeded  = 1024
	maxStrings = 64 << 20
	maxSymbols = 1 << 20
	maxName    = 64 << 10
	maxNames   = 256 << 20 // bytes of all names, which may overlap
)

// dynamic is the table that the loader begins with.
type dynamic struct {
	value  map[elf.DynTag]uint64
	needed []uint64
}

func (f *File) readDynamic() error {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) != elf.PT_DYNAMIC {
			continue
		}
		if err := f.readTable(p); err != nil {
			return err
		}
		f.Dynamic = true
		return f.readTables()
	}
	return nil
}

func (f *File) readTable(p elf.Prog64) error {
	if p.Filesz > maxDynamic {
		return ErrDamaged
	}
	entries := make([]elf.Dyn64, p.Filesz/16)
	if err := f.in.load(p.Off, entries); err != nil {
		return err
	}
	f.dynamic.value = map[elf.DynTag]uint64{}
	for _, e := range entries {
		tag := elf.DynTag(e.Tag)
		if tag == elf.DT_NULL {
			break
		}
		if tag == elf.DT_NEEDED && len(f.dynamic.needed) < maxNeeded {
			f.dynamic.needed = append(f.dynamic.needed, e.Val)
		}
		f.dynamic.value[tag] = e.Val
	}
	return nil
}

// readTables reads what the dynamic table leads to.
func (f *File) readTables() error {
	v := f.dynamic.value
	flags := elf.DynFlag1(v[elf.DT_FLAGS_1])
	f.PIE, f.NoDefaultDirs = flags&elf.DF_1_PIE != 0, flags&elf.DF_1_NODEFLIB != 0
	if _, ok := v[elf.DT_STRTAB]; !ok {
		return nil // of a static program that can lie anywhere
	}
	names, err := f.at(v[elf.DT_STRTAB], v[elf.DT_STRSZ], maxStrings)
	if err != nil {
		return err
	}
	f.names = string(names)
	for _, at := range f.dynamic.needed {
		f.Needed = append(f.Needed, f.text(at))
	}
	for tag, into := range map[elf.DynTag]*string{elf.DT_SONAME: &f.SoName, elf.DT_RUNPATH: &f.RunPath, elf.DT_RPATH: &f.RPath} {
		if at, ok := v[tag]; ok {
			*into = f.text(at)
		}
	}
	return f.readSymbols()
}

// text is a string of the string table that is no symbol's.
func (f *File) text(at uint64) string { return cut(f.names, at, maxText) }

// cut is the string at an offset of a table; "" for one without end.
func cut(table string, at uint64, limit int) string {
	if at >= uint64(len(table)) {
		return ""
	}
	table = table[at:min(at+uint64(limit), uint64(len(table)))]
	end := strings.IndexByte(table, 0)
	if end < 0 {
		return ""
	}
	return table[:end]
}

package object

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrNotELF is for a file that does not begin as ELF files do.
	ErrNotELF = errors.New("no ELF file")
	// ErrDamaged is for a header or table that leads outside the file or is
	// larger than any real one.
	ErrDamaged = errors.New("damaged ELF file")
)

// File is one ELF file. Of a file for another machine only the first group is
// known.
type File struct {
	Class   elf.Class
	Data    elf.Data
	Machine elf.Machine
	Type    elf.Type

	Entry       uint64
	Interpreter string // "/lib64/ld-linux-x86-64.so.2"; "" without PT_INTERP
	Segments    []elf.Prog64

	// Dynamic: the loader has something to do.
	Dynamic bool
	PIE     bool     // DF_1_PIE: a program, though its type is that of libraries
	Needed  []string // "libz.so.1"
	SoName  string
	// RunPath and RPath are as they stand there. A file has one of them, as a
	// rule; the loader ignores RPath when there is RunPath.
	RunPath, RPath string
	// NoDefaultDirs: the loader does not search its own folders for this one.
	NoDefaultDirs bool

	// Defined are the symbols that others can use, sorted by name and version.
	Defined []Symbol
	// Undefined are those that a relocation names.
	Undefined []Symbol
	// Needs are the versions that must be there before anything else.
	Needs []Need
	// Versions are those that the file defines; none: its symbols have none.
	Versions []string
	// IFunc: the file has functions that choose their implementation when they
	// are bound.
	IFunc bool

	in      source
	dynamic dynamic
	symbols []elf.Sym64
	names   string
}

// Native tells whether the file is for x86-64.
func (f *File) Native() bool {
	return f.Class == elf.ELFCLASS64 && f.Data == elf.ELFDATA2LSB && f.Machine == elf.EM_X86_64
}

// Program tells whether the kernel starts it, and not a program loads it.
func (f *File) Program() bool {
	return f.Type == elf.ET_EXEC || f.Type == elf.ET_DYN && (f.PIE || f.Interpreter != "" && f.SoName == "")
}

// Library tells whether a program can load it.
func (f *File) Library() bool { return f.Type == elf.ET_DYN && !f.PIE }

// Close lets go of what only Functions, Dlopens, Code and Text need.
func (f *File) Close() { f.in, f.symbols, f.dynamic = source{}, nil, dynamic{} }

// Read reads a file of so many bytes. in is used until Close.
func Read(in io.ReaderAt, size int64) (*File, error) {
	f := &File{in: source{in, size}}
	var ident [elf.EI_NIDENT + 4]byte
	if f.in.load(0, ident[:]) != nil || string(ident[:4]) != elf.ELFMAG {
		return nil, ErrNotELF
	}
	f.Class, f.Data = elf.Class(ident[elf.EI_CLASS]), elf.Data(ident[elf.EI_DATA])
	order := binary.ByteOrder(binary.LittleEndian)
	if f.Data == elf.ELFDATA2MSB {
		order = binary.BigEndian
	}
	f.Type, f.Machine = elf.Type(order.Uint16(ident[16:])), elf.Machine(order.Uint16(ident[18:]))
	if !f.Native() {
		return f, nil
	}
	if err := f.readSegments(); err != nil {
		return nil, fmt.Errorf("read program headers: %w", err)
	}
	if err := f.readDynamic(); err != nil {
		return nil, fmt.Errorf("read dynamic section: %w", err)
	}
	return f, nil
}

const maxSegments = 1024

func (f *File) readSegments() error {
	var h elf.Header64
	if err := f.in.load(0, &h); err != nil {
		return err
	}
	f.Entry = h.Entry
	if h.Phnum == 0 {
		return nil // an object file
	}
	if h.Phnum > maxSegments || int(h.Phentsize) != binary.Size(elf.Prog64{}) {
		return ErrDamaged
	}
	f.Segments = make([]elf.Prog64, h.Phnum)
	if err := f.in.load(h.Phoff, f.Segments); err != nil {
		return err
	}
	loaded := uint64(0)
	for _, p := range f.Segments {
		switch elf.ProgType(p.Type) {
		case elf.PT_INTERP:
			f.Interpreter = f.in.text(p.Off, p.Filesz)
		case elf.PT_LOAD:
			// Segments that share bytes would be read again and again.
			all := uint64(f.in.size)
			if p.Filesz > all || loaded > all-p.Filesz {
				return ErrDamaged
			}
			loaded += p.Filesz
		}
	}
	return nil
}

// offset is where in the file an address is, and how many bytes of its segment
// follow there.
func (f *File) offset(address uint64) (offset, rest uint64, ok bool) {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) == elf.PT_LOAD && address >= p.Vaddr && address-p.Vaddr < p.Filesz {
			return p.Off + (address - p.Vaddr), p.Filesz - (address - p.Vaddr), true
		}
	}
	return 0, 0, false
}

// at reads size bytes, at most limit, from an address.
func (f *File) at(address, size, limit uint64) ([]byte, error) {
	offset, rest, ok := f.offset(address)
	if !ok || size > rest {
		return nil, ErrDamaged
	}
	return f.in.piece(offset, size, limit)
}

// upTo reads what follows an address in its segment, at most limit bytes.
func (f *File) upTo(address, limit uint64) ([]byte, error) {
	offset, rest, ok := f.offset(address)
	if !ok {
		return nil, ErrDamaged
	}
	if offset < uint64(f.in.size) {
		rest = min(rest, uint64(f.in.size)-offset)
	}
	return f.in.piece(offset, min(rest, limit), limit)
}

package diff

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// part is a section of an ELF file that a test makes.
type part struct {
	name  string
	kind  elf.SectionType
	flags elf.SectionFlag
	link  uint32
	data  string
}

// elfOf makes a shared object of 64 bits with these sections, numbered from 1.
func elfOf(parts ...part) []byte {
	parts = append(append([]part{{}}, parts...), part{name: ".shstrtab", kind: elf.SHT_STRTAB})
	var names, body bytes.Buffer
	offsets := make([]uint32, len(parts))
	for i, p := range parts {
		offsets[i] = uint32(names.Len())
		names.WriteString(p.name + "\x00")
	}
	parts[len(parts)-1].data = names.String()
	var headers []elf.Section64
	for i, p := range parts {
		headers = append(headers, elf.Section64{
			Name: offsets[i], Type: uint32(p.kind), Flags: uint64(p.flags), Link: p.link,
			Addr: uint64(0x1000 * i), Off: uint64(64 + body.Len()), Size: uint64(len(p.data)),
		})
		body.WriteString(p.data)
	}
	h := elf.Header64{
		Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: 64,
		Shoff: uint64(64 + body.Len()), Shentsize: 64, Shnum: uint16(len(parts)), Shstrndx: uint16(len(parts) - 1),
	}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	return pack(h, body.Bytes(), headers)
}

func pack(values ...any) []byte {
	var out bytes.Buffer
	for _, v := range values {
		if err := binary.Write(&out, binary.LittleEndian, v); err != nil {
			panic(err)
		}
	}
	return out.Bytes()
}

// library is a shared object with a RUNPATH, a dynamic symbol and a build id.
func library(runpath, symbol, id, text, strings string) []byte {
	table := "\x00libc.so.6\x00" + runpath + "\x00" + symbol + "\x00"
	end := uint32(11 + len(runpath) + 1)
	dynamic := pack(uint64(elf.DT_NEEDED), uint64(1), uint64(elf.DT_RUNPATH), uint64(11), uint64(0), uint64(0))
	symbols := pack(elf.Sym64{}, elf.Sym64{Name: end, Info: byte(elf.STT_FUNC), Shndx: 5, Value: 0x5000, Size: 64})
	return elfOf(
		part{name: ".dynstr", kind: elf.SHT_STRTAB, data: table},
		part{name: ".dynamic", kind: elf.SHT_DYNAMIC, link: 1, data: string(dynamic)},
		part{name: ".dynsym", kind: elf.SHT_DYNSYM, link: 1, data: string(symbols)},
		part{name: ".note.gnu.build-id", kind: elf.SHT_NOTE, data: "\x04\x00\x00\x00\x04\x00\x00\x00\x03\x00\x00\x00GNU\x00" + id},
		part{name: ".text", kind: elf.SHT_PROGBITS, flags: elf.SHF_EXECINSTR, data: text},
		part{name: ".rodata", kind: elf.SHT_PROGBITS, data: strings},
	)
}

// file is a member of an archive that a test makes.
type file struct {
	name, content string
	time          int64
	mode          int64
}

func arOf(files ...file) []byte {
	out := bytes.NewBufferString(arMagic)
	for _, f := range files {
		fmt.Fprintf(out, "%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", f.name, f.time, 0, 0, f.mode, len(f.content), f.content)
		if len(f.content)%2 == 1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

func tarOf(t testing.TB, files ...file) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), ModTime: time.Unix(f.time, 0), Typeflag: tar.TypeReg})
		check(t, err)
		_, err = io.WriteString(w, f.content)
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}

func zipOf(t testing.TB, files ...file) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		entry, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Unix(f.time, 0)})
		check(t, err)
		_, err = io.WriteString(entry, f.content)
		check(t, err)
	}
	check(t, w.Close())
	return out.Bytes()
}

func gzipOf(t testing.TB, name string, seconds int64, content []byte, level int) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, level)
	check(t, err)
	w.Name, w.ModTime = name, time.Unix(seconds, 0)
	_, err = w.Write(content)
	check(t, err)
	check(t, w.Close())
	return out.Bytes()
}

func xzOf(t testing.TB, content []byte) []byte {
	var out bytes.Buffer
	w, err := xz.NewWriter(&out)
	check(t, err)
	_, err = w.Write(content)
	check(t, err)
	check(t, w.Close())
	return out.Bytes()
}

func zstdOf(t testing.TB, content []byte) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	check(t, err)
	return w.EncodeAll(content, nil)
}

// pycOf is a .pyc file of Python 3.11.
func pycOf(flags, seconds, size uint32, code string) []byte {
	return pack(uint16(3495), []byte("\r\n"), flags, seconds, size, []byte(code))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

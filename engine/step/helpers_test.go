package step

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMain sets the umask that the sandbox gives every step.
func TestMain(m *testing.M) {
	syscall.Umask(0o022)
	os.Exit(m.Run())
}

// elfFile is what a test wants in a dynamic ELF file.
type elfFile struct {
	kind           elf.Type
	needed         []string
	runpath, rpath []string
	badLink        bool // the dynamic section names no table of strings
}

// bytes makes a file that has sections and nothing else: enough for whoever
// reads its dynamic section.
func (e elfFile) bytes() []byte {
	names := "\x00.dynstr\x00.dynamic\x00.shstrtab\x00"
	texts := "\x00"
	var dynamic []elf.Dyn64
	add := func(tag elf.DynTag, values []string) {
		for _, v := range values {
			dynamic = append(dynamic, elf.Dyn64{Tag: int64(tag), Val: uint64(len(texts))})
			texts += v + "\x00"
		}
	}
	add(elf.DT_NEEDED, e.needed)
	add(elf.DT_RUNPATH, e.runpath)
	add(elf.DT_RPATH, e.rpath)
	dynamic = append(dynamic, elf.Dyn64{})

	const header, entry, section = 64, 16, 64
	atTexts := uint64(header)
	atDynamic := atTexts + uint64(len(texts))
	atNames := atDynamic + uint64(entry*len(dynamic))
	link := uint32(1)
	if e.badLink {
		link = 77
	}
	var out bytes.Buffer
	write := func(v any) { _ = binary.Write(&out, binary.LittleEndian, v) }
	write(elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(e.kind), Machine: uint16(elf.EM_X86_64), Version: 1,
		Shoff: atNames + uint64(len(names)), Ehsize: header, Shentsize: section, Shnum: 4, Shstrndx: 3,
	})
	out.WriteString(texts)
	for _, d := range dynamic {
		write(d)
	}
	out.WriteString(names)
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_STRTAB), Off: atTexts, Size: uint64(len(texts))})
	write(elf.Section64{Name: 9, Type: uint32(elf.SHT_DYNAMIC), Off: atDynamic, Size: uint64(entry * len(dynamic)), Link: link, Entsize: entry})
	write(elf.Section64{Name: 18, Type: uint32(elf.SHT_STRTAB), Off: atNames, Size: uint64(len(names))})
	return out.Bytes()
}

// put writes files, given by their paths below a fresh folder.
func put(t *testing.T, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

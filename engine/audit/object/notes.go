package object

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
)

// Dlopen is what a file says of a library that it loads while it runs, by systemd's
// specification of package metadata for dlopen.
type Dlopen struct {
	// SoNames are tried in this order: "liblzma.so.5".
	SoNames     []string `json:"soname"`
	Feature     string   `json:"feature"`
	Description string   `json:"description"`
	Priority    string   `json:"priority"` // "required", "recommended", "suggested"
}

const (
	noteDlopen = 0x407c0c0a
	maxNotes   = 1 << 20 // bytes of one segment of them
	maxDlopens = 1024
)

// Dlopens reads the file's notes. What is not as the specification has it is left
// out.
func (f *File) Dlopens() (all []Dlopen) {
	for _, p := range f.Segments {
		if elf.ProgType(p.Type) != elf.PT_NOTE {
			continue
		}
		b, err := f.in.piece(p.Off, p.Filesz, maxNotes)
		if err != nil {
			continue
		}
		align := uint64(4)
		if p.Align == 8 {
			align = 8
		}
		notes(b, align, func(name string, kind uint32, text []byte) {
			var found []Dlopen
			text = bytes.TrimRight(text, "\x00")
			if name == "FDO" && kind == noteDlopen && json.Unmarshal(text, &found) == nil && len(all)+len(found) <= maxDlopens {
				all = append(all, found...)
			}
		})
	}
	return all
}

func notes(b []byte, align uint64, visit func(name string, kind uint32, text []byte)) {
	for len(b) >= 12 {
		nameSize, textSize := uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:]))
		kind := binary.LittleEndian.Uint32(b[8:])
		text := aligned(12+nameSize, align)
		end := text + textSize
		if end > uint64(len(b)) {
			return
		}
		name := string(bytes.TrimRight(b[12:12+nameSize], "\x00"))
		visit(name, kind, b[text:end])
		b = b[min(aligned(end, align), uint64(len(b))):]
	}
}

func aligned(n, align uint64) uint64 { return (n + align - 1) / align * align }

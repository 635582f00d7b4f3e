package why

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/engine/action"
	"belljar.build/engine/graph"
	"belljar.build/engine/store"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %v\n want %v", what, got, want)
	}
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func keyOf(n int) string { return fmt.Sprintf("%032x%032x", 0xdec0de+n, n) }

// publish makes an output of files; "-> target" is a link. Its references are
// found as a build's are, its inputs are what could be referred to.
func publish(t *testing.T, s *store.Store, n int, name string, files map[string]string, inputs ...*store.Record) *store.Record {
	t.Helper()
	g, err := s.NewStaging(keyOf(n), name)
	must(t, err)
	for path, text := range files {
		must(t, os.MkdirAll(filepath.Dir(g.Path("out/"+path)), 0o755))
		if target, ok := strings.CutPrefix(text, "-> "); ok {
			must(t, os.Symlink(target, g.Path("out/"+path)))
		} else {
			must(t, os.WriteFile(g.Path("out/"+path), []byte(text), 0o755))
		}
	}
	a := &action.Action{Format: action.Format, Name: name}
	var candidates []string
	for _, i := range inputs {
		a.Inputs = append(a.Inputs, action.Input{Path: i.Path, Key: i.Key})
		candidates = append(candidates, i.Path)
	}
	text, err := a.Encode()
	must(t, err)
	r, err := g.Publish(t.Context(), store.PublishOptions{Action: text, Candidates: candidates})
	must(t, err)
	return r
}

// explain asks about two finished outputs.
func explain(t *testing.T, s *store.Store, from, to *store.Record, o Options) *Answer {
	t.Helper()
	g, err := graph.Collect(s, nil, from, to)
	must(t, err)
	a, err := Explain(s, g.Node(from.Path), g.Node(to.Path), o)
	must(t, err)
	return a
}

// program is a 64-bit ELF file with what the loader reads and nothing else.
func program(interpreter, runpath string, needed ...string) string {
	names := append([]byte{0}, runpath+"\x00"...)
	dynamic := []elf.Dyn64{{Tag: int64(elf.DT_RUNPATH), Val: 1}}
	if runpath == "" {
		dynamic = nil
	}
	for _, n := range needed {
		dynamic = append(dynamic, elf.Dyn64{Tag: int64(elf.DT_NEEDED), Val: uint64(len(names))})
		names = append(names, n+"\x00"...)
	}
	const programs, base = 3, 0x1000
	interpAt := uint64(64 + programs*56)
	namesAt := interpAt + uint64(len(interpreter)) + 1
	dynamicAt := namesAt + uint64(len(names))
	dynamic = append(dynamic, elf.Dyn64{Tag: int64(elf.DT_STRTAB), Val: base + namesAt}, elf.Dyn64{Tag: int64(elf.DT_STRSZ), Val: uint64(len(names))}, elf.Dyn64{})
	end := dynamicAt + uint64(16*len(dynamic))
	var b bytes.Buffer
	write := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	write(elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1},
		Type:  uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Ehsize: 64, Phentsize: 56, Phnum: programs,
	})
	write(elf.Prog64{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: end, Memsz: end})
	write(elf.Prog64{Type: uint32(elf.PT_INTERP), Off: interpAt, Filesz: uint64(len(interpreter)) + 1})
	write(elf.Prog64{Type: uint32(elf.PT_DYNAMIC), Off: dynamicAt, Filesz: end - dynamicAt})
	b.WriteString(interpreter + "\x00")
	b.Write(names)
	write(dynamic)
	return b.String()
}

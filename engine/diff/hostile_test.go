package diff

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// samples are files of every format that is looked into.
func samples(t testing.TB) map[string][]byte {
	lib := library(dirA, "f", "1234", strings.Repeat("\x90", 64), "\x00text text\x00")
	zipped := part{name: ".debug_str", kind: elf.SHT_PROGBITS, flags: elf.SHF_COMPRESSED, data: string(pack(uint32(elf.COMPRESS_ZSTD), uint32(0), uint64(5), uint64(1), zstdOf(t, []byte("hello"))))}
	members := []file{{"a.o", string(lib), 1, 0o644}, {"b.txt", "text\n", 2, 0o644}}
	return map[string][]byte{
		"x.so": lib, "x.debug": elfOf(zipped), "x.a": arOf(members...), "x.tar": tarOf(t, members...), "x.zip": zipOf(t, members...),
		"x.gz": gzipOf(t, "x", 1, lib, 6), "x.xz": xzOf(t, lib), "x.zst": zstdOf(t, lib), "x.pyc": pycOf(0, 1, 2, "code"), "x": []byte("a\nb\n"),
		"x.tgz": gzipOf(t, "", 0, tarOf(t, members...), 6),
	}
}

// Whatever is wrong with a file, its difference has a cause, soon.
func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, whole := range samples(t) {
		for i := range 100 {
			broken := slices.Clone(whole)
			if i%3 == 0 {
				broken = broken[:random.IntN(len(broken))]
			} else {
				for range 1 + random.IntN(4) {
					broken[random.IntN(len(broken))] = byte(random.Uint32())
				}
			}
			if bytes.Equal(whole, broken) {
				continue
			}
			start := time.Now()
			if got := causes(&looker{}, name, whole, broken); len(got) == 0 {
				t.Errorf("%s, attempt %d: no cause", name, i)
			}
			causes(&looker{hash: [2]string{hashA, hashA}}, name, broken, whole)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s, attempt %d: it took %s", name, i, took)
			}
		}
	}
}

func FuzzContent(f *testing.F) {
	for name, data := range samples(f) {
		f.Add(name, data, slices.Concat(data, []byte{0}))
	}
	f.Fuzz(func(t *testing.T, name string, a, b []byte) {
		if got := causes(&looker{}, name, a, b); len(got) == 0 != bytes.Equal(a, b) {
			t.Errorf("equal: %t, causes: %q", bytes.Equal(a, b), got)
		}
	})
}

// What claims or holds too much is left alone, and the report says so.
func TestBounds(t *testing.T) {
	zeros := make([]byte, maxFile+1)
	bomb := func(last byte) []byte {
		zeros[maxFile] = last
		return zstdOf(t, zeros)
	}
	names := strings.Repeat("x", 1<<20)
	same := make([]part, 300) // sections that are the whole file, each
	for i := range same {
		same[i] = part{name: ".s", kind: elf.SHT_PROGBITS}
	}
	overlapping := func(last string) []byte {
		data := elfOf(append(same, part{name: ".last", kind: elf.SHT_PROGBITS, data: names + last})...)
		at := binary.LittleEndian.Uint64(data[40:])
		for i := range same {
			header := data[at+64*uint64(i+1):]
			binary.LittleEndian.PutUint64(header[24:], 0)
			binary.LittleEndian.PutUint64(header[32:], uint64(len(data)))
		}
		return data
	}
	nested := func(content string) []byte {
		data := []byte(content)
		for range maxDepth + 1 {
			data = gzipOf(t, "", 0, data, 6)
		}
		return data
	}
	many := func(name string) []byte {
		return tarOf(t, append(make([]file, maxMembers+1), file{name: name})...)
	}
	far := arOf(file{"x/", "abc", 0, 0})
	copy(far[8+48:], "9999999999")
	for name, tt := range map[string]struct {
		a, b []byte
		want error
	}{
		"zstd bomb":            {bomb(1), bomb(2), errLarge},
		"zip bomb":             {zipOf(t, file{name: "x", content: string(zeros)}), zipOf(t, file{name: "x", content: string(zeros) + "x"}), errLarge},
		"overlapping sections": {overlapping("a"), overlapping("b"), errDamaged},
		"many members":         {many("a"), many("b"), errMany},
		"beyond the end":       {far, arOf(file{"x/", "abc", 0, 0}), errDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(causes(&looker{}, "x", tt.a, tt.b), "\n")
			if !strings.Contains(got, "unread|") || !strings.Contains(got, tt.want.Error()) {
				t.Errorf("got %s", got)
			}
		})
	}
	if got := causes(&looker{}, "x", nested("a"), nested("b")); !strings.Contains(got[0], "unread|") || !strings.Contains(got[0], "3 archives deep") {
		t.Errorf("nested: got %q", got)
	}
}

// A thousand members with another time are one finding, and a thousand lines
// that differ are cut.
func TestReportIsShort(t *testing.T) {
	members := func(seconds int64) (all []file) {
		for range 1000 {
			all = append(all, file{"x", "x\n", seconds, 0})
		}
		return all
	}
	got := causes(&looker{}, "x.tar", tarOf(t, members(1)...), tarOf(t, members(2)...))
	if len(got) != maxSame+1 || got[maxSame] != "timestamp||mtime of 995 more members||" {
		t.Errorf("got %q", got)
	}
	long := strings.Repeat("long ", 1000)
	got = causes(&looker{}, "x", []byte(strings.Repeat("a\n", 1000)), []byte(strings.Repeat("b\n", 1000)))
	if len(got) != 1 || !strings.Contains(got[0], "… 1801 more lines\n") {
		t.Errorf("got %q", got)
	}
	got = causes(&looker{}, "x", []byte(long+"a\n"), []byte(long+"b\n"))
	if len(got) != 2 || len(got[0]) > 1000 || !strings.HasPrefix(got[1], "bytes||first difference at offset 0x1388") {
		t.Errorf("got %q", got)
	}
}

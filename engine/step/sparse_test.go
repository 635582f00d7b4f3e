package step

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestCopySparse(t *testing.T) {
	hole := strings.Repeat("\x00", 3*block)
	for name, text := range map[string]string{
		"empty": "", "short": "x", "zeros": hole, "begins": hole + "x", "ends": "x" + hole, "both": hole + "x" + hole + "y",
		"one block": strings.Repeat("z", block), "a zero": "\x00",
	} {
		path := filepath.Join(t.TempDir(), "f")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := copySparse(f, strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if blocks := info.Sys().(*syscall.Stat_t).Blocks; strings.Contains(text, hole) && blocks*512 > int64(len(text))-2*block+2*4096 {
			t.Errorf("%s: %d bytes on disk of %d", name, blocks*512, len(text))
		}
		f.Close()
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, []byte(text)) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(text), err)
		}
	}
}

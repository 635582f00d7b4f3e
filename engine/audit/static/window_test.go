package static

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// Whatever begins anywhere is seen once, with all that belongs to it.
func TestWindowBorders(t *testing.T) {
	key := strings.Repeat("0123456789abcdef", 2)
	for _, at := range []int{0, 1, windowSize - lookAhead - 1, windowSize - lookAhead, windowSize - 40, windowSize - 1, windowSize, 2*windowSize - 700, 2 * windowSize} {
		data := bytes.Repeat([]byte{'z'}, at)
		data = append(data, key+"-x"...)
		data = append(data, bytes.Repeat([]byte{'y'}, windowSize)...)
		for name, write := range map[string]func(*window){
			"write": func(w *window) {
				for part := range slices.Chunk(data, 4099) {
					w.Write(part)
				}
			},
			"read":  func(w *window) { w.ReadFrom(bytes.NewReader(data)) },
			"bytes": func(w *window) { w.ReadFrom(iotest.HalfReader(bytes.NewReader(data))) },
		} {
			var found []int64
			w := &window{}
			w.start(func(b []byte, from, to int, base int64) {
				scanKeys(b, from, to, func(i int) {
					if string(b[i:i+keyLength]) == key && b[i+keyLength] == '-' {
						found = append(found, base+int64(i))
					}
				})
			})
			write(w)
			w.finish()
			if !slices.Equal(found, []int64{int64(at)}) {
				t.Errorf("%s: a key at %d was seen at %v", name, at, found)
			}
		}
	}
}

// scanKeys against the plain way of doing it.
func TestScanKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		b := make([]byte, r.IntN(300))
		for i := range b {
			b[i] = "0123456789abcdefx"[r.IntN(16+r.IntN(2))]
		}
		from := r.IntN(len(b) + 1)
		to := from + r.IntN(len(b)-from+1)
		var got, want []int
		scanKeys(b, from, to, func(at int) { got = append(got, at) })
		for i := from; i < to && i+keyLength <= len(b); i++ {
			if !bytes.ContainsFunc(b[i:i+keyLength], func(c rune) bool { return c == 'x' }) {
				want = append(want, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q from %d to %d: %v, want %v", b, from, to, got, want)
		}
	}
}

func TestScanWide(t *testing.T) {
	key := strings.Repeat("0123456789abcdef", 2)
	var wide []byte
	for _, c := range []byte(key) {
		wide = append(wide, c, 0)
	}
	for offset := range 200 {
		for name, text := range map[string][]byte{"little": wide, "big": append([]byte{0}, wide[:len(wide)-1]...)} {
			b := append(bytes.Repeat([]byte{0xff}, offset), text...)
			b = append(b, 0xff, 0xff, 0xff)
			found := false
			scanWide(b, 0, len(b), func(_ int, k []byte) { found = found || string(k) == key })
			if !found {
				t.Errorf("%s endian at %d is not found", name, offset)
			}
		}
	}
	odd := slices.Clone(wide)
	odd[33] = 1
	scanWide(odd, 0, len(odd), func(int, []byte) { t.Error("found digits that stand not beside zeros alone") })
	scanWide([]byte{'a'}, 0, 1, func(int, []byte) { t.Error("found in one byte") })
}

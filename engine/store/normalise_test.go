package store

import (
	"testing"

	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest/tree"
)

// No mode depends on the umask as long as the owner keeps its bits: those of
// one line are what different umasks leave of one mode.
func TestWantedMode(t *testing.T) {
	for _, tt := range []struct {
		kind uint32
		want uint32
		from []uint32
	}{
		{unix.S_IFREG, 0o644, []uint32{0o600, 0o640, 0o644, 0o664, 0o666, 0o200, 0o1644, 0o622}},
		{unix.S_IFREG, 0o755, []uint32{0o700, 0o750, 0o755, 0o777, 0o711, 0o300}},
		{unix.S_IFREG, 0o444, []uint32{0o400, 0o440, 0o444, 0o000, 0o040, 0o011, 0o466}},
		{unix.S_IFREG, 0o555, []uint32{0o500, 0o550, 0o555, 0o100, 0o577}},
		{unix.S_IFDIR, 0o755, []uint32{0o700, 0o750, 0o755, 0o777, 0o1777, 0o555, 0o500, 0o000}},
		{unix.S_IFLNK, 0o777, []uint32{0o777}},
	} {
		for _, from := range tt.from {
			e := &tree.Entry{Path: "x", Stat: unix.Stat_t{Mode: tt.kind | from}}
			if got := wantedMode(e); got != tt.want {
				t.Errorf("%o becomes %04o, want %04o", tt.kind|from, got, tt.want)
			}
		}
	}
}

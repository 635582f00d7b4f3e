package rootfs

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Nothing of the host but five devices; no program, no library.
func TestMinimalShowsNothingOfTheHost(t *testing.T) {
	r := Minimal()
	for _, b := range r.Binds {
		if !strings.HasPrefix(b.Source, "/dev/") || b.Source != b.Target || !b.Device {
			t.Errorf("bind %+v", b)
		}
	}
	for _, f := range r.Files {
		if f.Mode&0o111 != 0 || f.Link == "" && f.Mode != 0o644 {
			t.Errorf("file %+v", f)
		}
	}
	a, b := Minimal(), Minimal()
	a.Dirs[0] = "/changed"
	a.Files[0].Text = "changed"
	if b.Dirs[0] == "/changed" || b.Files[0].Text == "changed" {
		t.Error("two roots share what they hold")
	}
}

func TestAddBaseAndTools(t *testing.T) {
	var r Root
	r.AddBase("/s/1-base")
	r.AddTools("/s/2-tools")
	want := []Bind{
		{Source: "/s/1-base/lib", Target: "/lib"}, {Source: "/s/1-base/lib64", Target: "/lib64"},
		{Source: "/s/1-base/usr", Target: "/usr"}, {Source: "/s/2-tools", Target: "/tc"},
	}
	if !slices.Equal(r.Binds, want) {
		t.Errorf("binds %+v", r.Binds)
	}
	if !reflect.DeepEqual(r.Files, []File{{Path: "/bin/sh", Link: "/tc/bin/sh"}}) {
		t.Errorf("files %+v", r.Files)
	}
}

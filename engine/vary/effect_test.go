package vary

import (
	"encoding/json"
	"testing"
	"time"

	"belljar.build/rootfs"
)

func TestReplacePath(t *testing.T) {
	for text, want := range map[string]string{
		"/build":                      "/b2",
		"/build=/usr/src/x /tc=/usr":  "/b2=/usr/src/x /tc=/usr",
		"-I/build/x:/build/y /build2": "-I/build/x:/b2/y /build2",
		"/usr/build:/build:/buildx":   "/usr/build:/b2:/buildx",
		"":                            "",
	} {
		if got := replacePath(text, "/build", "/b2"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestOtherPath(t *testing.T) {
	for path, want := range map[string]string{
		"/a/bin:/b/bin:/tc/bin": "/nonexistent/bin:/b/bin:/a/bin:/tc/bin",
		"/tc/bin":               "/nonexistent/bin:/tc/bin",
	} {
		if got := otherPath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

// effect is everything that c changes, as text.
func effect(c Circumstances) string {
	root := rootfs.Minimal()
	c.Arrange(&root)
	action := map[string]string{"PATH": "/a/bin:/b/bin:/tc/bin", "HOME": "/build", "TZ": "UTC"}
	text, _ := json.Marshal([]any{
		c.View(time.Unix(1e9, 0)), root, c.Env(action, "/build"), c.Umask(), c.Pids(), c.Work(), c.Jobs(4), c.Leftovers(),
	})
	return string(text)
}

// TestEach sees to it that every variation changes something, whether the rest
// stands still or not, and none the same as another.
func TestEach(t *testing.T) {
	for _, controlled := range []bool{false, true} {
		seen := map[string]Variation{effect(Circumstances{Controlled: controlled}): "nothing"}
		for _, d := range Descriptions() {
			if d.Variation == Random && !controlled {
				continue // it is another each time anyway
			}
			e := effect(Circumstances{Set{d.Variation}, controlled})
			if same, ok := seen[e]; ok {
				t.Errorf("controlled %v: %s changes as much as %s", controlled, d.Variation, same)
			}
			seen[e] = d.Variation
		}
	}
	root, _ := json.Marshal(rootfs.Minimal())
	want := `[{},` + string(root) + `,{},0,0,"",4,null]`
	if got := effect(Circumstances{}); got != want {
		t.Errorf("with nothing varied\n%s, want\n%s", got, want)
	}
}

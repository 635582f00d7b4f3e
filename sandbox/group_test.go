package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGroupFiles looks at what is written where: a machine has one version of
// cgroups, and TestMemoryLimit uses that. Folders stand in for the file
// systems here.
func TestGroupFiles(t *testing.T) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, controllers string // the file that version 2 has at its top
		limit, events     string
	}{
		{"version 2", "cgroup.controllers", "memory.max", "memory.events"},
		{"version 1", "", "memory.limit_in_bytes", "memory.oom_control"},
	} {
		t.Run(c.name, func(t *testing.T) {
			base := t.TempDir()
			unified := c.controllers != ""
			if unified {
				if err := os.WriteFile(filepath.Join(base, c.controllers), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if !strings.Contains(string(text), ":memory:") && !unified || !strings.Contains(string(text), "0::") && unified {
				if _, err := newGroup(base, "belljar-x", 4096); err == nil {
					t.Error("a group of a hierarchy that this machine has not")
				}
				return
			}
			// The root is the last place that is tried, and the only one here.
			if err := os.MkdirAll(filepath.Join(base, "memory"), 0o755); err != nil {
				t.Fatal(err)
			}
			g, err := newGroup(base, "belljar-x", 4096)
			if err != nil {
				t.Fatal(err)
			}
			for file, want := range map[string]string{c.limit: "4096", "cgroup.procs": "17"} {
				if err := g.add(17); err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(filepath.Join(g.dir, file)); string(got) != want {
					t.Errorf("%s: %q, %v", file, got, err)
				}
			}
			for events, want := range map[string]bool{"oom 3\noom_kill 0\n": false, "oom 1\noom_kill 1\n": true, "": false} {
				if err := os.WriteFile(filepath.Join(g.dir, c.events), []byte(events), 0o644); err != nil {
					t.Fatal(err)
				}
				if got := g.exceeded(); got != want {
					t.Errorf("%q: %v", events, got)
				}
			}
		})
	}
}

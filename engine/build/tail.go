package build

import (
	"strings"

	"belljar.build/engine/step"
)

// tail keeps the last lines of what is written to it, and tells of those that
// begin a phase. A build can print such lines itself: they are for people.
type tail struct {
	lines   []string
	partial string
	phase   func(string)
}

// tailLines is how much of a log a failure shows.
const tailLines = 40

func (t *tail) Write(p []byte) (int, error) {
	text := t.partial + string(p)
	all := strings.Split(text, "\n")
	t.partial = all[len(all)-1]
	if len(t.partial) > 4096 { // one endless line is no reason to grow
		t.partial = t.partial[len(t.partial)-4096:]
	}
	for _, line := range all[:len(all)-1] {
		if name, ok := strings.CutPrefix(line, step.Heading); ok && t.phase != nil {
			t.phase(name)
		}
	}
	t.lines = append(t.lines, all[:len(all)-1]...)
	if over := len(t.lines) - tailLines; over > 0 {
		t.lines = append([]string(nil), t.lines[over:]...)
	}
	return len(p), nil
}

func (t *tail) last() []string {
	if t.partial != "" {
		return append(t.lines, t.partial)
	}
	return t.lines
}

package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"belljar.build/engine/terminal"
)

// statusLine is one line of a terminal that is written over; elsewhere it is
// nothing.
type statusLine struct {
	w     io.Writer
	drawn time.Time
}

func newStatusLine(f *os.File, g *globals) *statusLine {
	if g.quiet > g.verbose || !terminal.Is(f) || os.Getenv("TERM") == "dumb" {
		return &statusLine{w: io.Discard}
	}
	return &statusLine{w: f}
}

// show draws ten times a second at most.
func (s *statusLine) show(text string) {
	if time.Since(s.drawn) < 100*time.Millisecond {
		return
	}
	s.drawn = time.Now()
	fmt.Fprintf(s.w, "\r\x1b[K%.79s", printable(text))
}

func (s *statusLine) clear() { fmt.Fprint(s.w, "\r\x1b[K") }

package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"belljar.build/engine/fetch"
)

// downloads tells what comes over the network: a line a file, or, on a
// terminal, one line that is written over.
func downloads(f *os.File) fetch.Progress {
	d := &downloadView{f: f, terminal: term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"}
	return d.start
}

// downloadView sums up all transfers of a run.
type downloadView struct {
	f        *os.File
	terminal bool

	mu             sync.Mutex
	running, ended int
	bytes          int64
	drawn          time.Time
}

func (d *downloadView) start(name string, total int64) fetch.Transfer {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running++
	if !d.terminal {
		size := ""
		if total >= 0 {
			size = " (" + sizeOf(total) + ")"
		}
		fmt.Fprintf(d.f, "fetching  %s%s\n", name, size)
	}
	return fetch.Transfer{
		Advance: func(n int64) { d.change(name, n, 0) },
		Done:    func(error) { d.change(name, 0, 1) },
	}
}

// sizeOf is a number of bytes for people.
func sizeOf(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// change counts, and draws ten times a second at most.
func (d *downloadView) change(name string, bytes int64, ended int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.bytes += bytes
	d.running -= ended
	d.ended += ended
	switch {
	case !d.terminal:
	case d.running == 0:
		fmt.Fprint(d.f, "\r\x1b[K") // whatever comes next starts on a clean line
	case time.Since(d.drawn) > 100*time.Millisecond:
		d.drawn = time.Now()
		fmt.Fprintf(d.f, "\r\x1b[Kfetching  %.1f MB, %d files done, now %.40s", float64(d.bytes)/1e6, d.ended, name)
	}
}

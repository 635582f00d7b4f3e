package progress

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// redraw is how often the picture changes by itself.
const redraw = 100 * time.Millisecond

// Live keeps a picture of the board at the end of a terminal's output, below
// whatever is written through it.
type Live struct {
	board *Board
	out   io.Writer
	size  func() (columns, rows int)
	color bool
	keys  <-chan byte

	mu     sync.Mutex
	drawn  int // lines of the picture that stand there
	chosen string
	log    bool
	closed bool
	ended  chan struct{}
	done   chan struct{}
}

// Show starts to draw. keys, which may be nil, are those of the person: l, the
// space bar or Enter show the log of a running build, j, k, and the arrows'
// last letters choose another.
func Show(b *Board, out io.Writer, size func() (columns, rows int), color bool, keys <-chan byte) *Live {
	l := &Live{board: b, out: out, size: size, color: color, keys: keys, ended: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

func (l *Live) run() {
	defer close(l.done)
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	keys := l.keys
	for {
		select {
		case <-l.ended:
			return
		case k, ok := <-keys:
			if !ok {
				keys = nil
				continue
			}
			l.key(k)
		case <-tick.C:
		}
		l.mu.Lock()
		l.draw(nil)
		l.mu.Unlock()
	}
}

// Write puts text above the picture, whole lines at a time.
func (l *Live) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return l.out.Write(text)
	}
	l.draw(text)
	return len(text), nil
}

// Close takes the picture away.
func (l *Live) Close() {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.closed = true
	l.mu.Unlock()
	close(l.ended)
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.out.Write(l.erase())
	l.drawn = 0
}

func (l *Live) key(k byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	running := l.board.Snapshot().Running
	at := l.index(running)
	switch k {
	case 'l', ' ', '\n', '\r':
		l.log = !l.log
	case 'j', 'B', '\t':
		at++
	case 'k', 'A':
		at--
	default:
		return
	}
	if len(running) > 0 {
		l.chosen = running[(at+len(running))%len(running)].Name
	}
}

// index is where the chosen build is; the first when it runs no more.
func (l *Live) index(running []Running) int {
	for i, r := range running {
		if r.Name == l.chosen {
			return i
		}
	}
	return 0
}

// erase takes the picture's lines away.
func (l *Live) erase() []byte {
	if l.drawn == 0 {
		return nil
	}
	return fmt.Appendf(nil, "\r\x1b[%dA\x1b[J", l.drawn)
}

// draw replaces the picture in one write, text above it. The caller holds mu.
func (l *Live) draw(text []byte) {
	s := l.board.Snapshot()
	var out bytes.Buffer
	out.Write(l.erase())
	out.Write(text)
	l.drawn = 0
	if s.Total > 0 && s.Built+s.Failed < s.Total {
		lines := s.Draw(l.look(s))
		for _, line := range lines {
			out.WriteString(line + "\n")
		}
		l.drawn = len(lines)
	}
	_, _ = l.out.Write(out.Bytes())
}

func (l *Live) look(s Snapshot) Look {
	columns, rows := l.size()
	look := Look{Width: columns - 1, Rows: min(rows-1, 12), Color: l.color, Chosen: l.index(s.Running)}
	if l.keys == nil {
		return look
	}
	look.Hint = "l: log"
	if len(s.Running) > 1 {
		look.Hint += "   j, k: another build"
	}
	if l.log && len(s.Running) > 0 {
		look.Rows = rows - 1
		look.LogLines = lastLines(s.Running[look.Chosen].Log)
		look.Hint = strings.Replace(look.Hint, "l: log", "l: no log", 1)
	}
	return look
}

// logEnd is how much of a log's end is read for its last lines.
const logEnd = 16 << 10

// lastLines are those of a log that is being written.
func lastLines(path string) []string {
	f, err := os.Open(path)
	if err != nil {
		return []string{"(no log yet)"}
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > logEnd {
		_, _ = f.Seek(-logEnd, io.SeekEnd)
	}
	text, err := io.ReadAll(io.LimitReader(f, logEnd))
	if err != nil || len(text) == 0 {
		return []string{"(it has printed nothing yet)"}
	}
	return strings.Split(strings.TrimRight(string(text), "\n"), "\n")
}

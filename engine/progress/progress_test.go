package progress

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/recipe"
)

func node(name string, depends ...*plan.Node) *plan.Node {
	return &plan.Node{Part: name, Draft: recipe.Draft{Action: &action.Action{Name: name}}, Depends: depends}
}

// board is one with a clock that stands still, in the middle of a run.
func board(log string) (*Board, func(time.Duration)) {
	b := New(func(*plan.Node) string { return log })
	now := time.Unix(1000, 0)
	b.now = func() time.Time { return now }
	return b, func(d time.Duration) { now = now.Add(d) }
}

func TestBoard(t *testing.T) {
	b, wait := board("")
	e := b.Events()
	x, y := node("x"), node("y")
	z, v := node("z", x), node("v")
	w := node("w", z)
	e.Planned([]*plan.Node{x, y, z, w, v}, map[*plan.Node]float64{x: 10, y: 30, z: 10, w: 50})
	e.Started(x)
	e.Started(y)
	wait(10 * time.Second)
	e.Finished(x, build.Result{})
	e.Started(z)
	e.Phase(z, "make")
	e.Waiting(v, "process 7 on there")
	wait(5 * time.Second)
	s := b.Snapshot()
	if s.Total != 5 || s.Built != 1 || s.Failed != 0 || s.Elapsed != 15*time.Second || len(s.Running) != 3 {
		t.Errorf("%+v", s)
	}
	if got := s.Running[1]; got.Name != "z" || got.Phase != "make" || got.Elapsed != 5*time.Second || got.Expected != 10*time.Second {
		t.Errorf("z: %+v", got)
	}
	// 30 of 110 seconds of work in 15: 40 more for the rest, but z and w alone take 55.
	if s.Share < 0.27 || s.Share > 0.28 || s.Left != 55*time.Second {
		t.Errorf("share %v, left %v", s.Share, s.Left)
	}
	e.Failed(&build.Failure{Node: z})
	if s := b.Snapshot(); s.Failed != 1 || len(s.Running) != 2 {
		t.Errorf("after a failure %+v", s)
	}
}

// A run of which nothing is known tells no time.
func TestNoOutlook(t *testing.T) {
	b, wait := board("")
	x, y := node("x"), node("y")
	b.Events().Planned([]*plan.Node{x, y}, map[*plan.Node]float64{})
	b.Events().Started(x)
	wait(time.Minute)
	if s := b.Snapshot(); s.Left >= 0 || s.Share > 0.5 {
		t.Errorf("%+v", s)
	}
}

func TestDraw(t *testing.T) {
	s := Snapshot{
		Total: 12, Built: 3, Failed: 1, Elapsed: 62 * time.Second, Left: 3725 * time.Second, Share: 0.34,
		Running: []Running{
			{Name: "zlib-1.3", Phase: "con\x1b[31mfigure", Elapsed: 12 * time.Second, Expected: 24 * time.Second},
			{Name: "libxml2-2.9.14", Phase: "make", Elapsed: 3 * time.Second},
			{Name: "dash", Holder: "process 42 on buildhost", Elapsed: time.Second},
		},
	}
	got := strings.Join(s.Draw(Look{Width: 90, Rows: 12, Hint: "l: log"}), "\n")
	want := `3 of 12 built · 1 failed · 1:02 · about 1:02:05 left
██████████████████████▌░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  34 %
  zlib-1.3                 con?[31mfigure     0:12 of 0:24    ████████░░░░░░░░
  libxml2-2.9.14           make               0:03            
  dash                     waits for process 42 on buildhost, 0:01
l: log`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for width := range 120 {
		for rows := range 12 {
			for _, log := range [][]string{nil, {"one", strings.Repeat("long ", 50), "漢字 \u202e\x00"}} {
				lines := s.Draw(Look{Width: width, Rows: rows, Chosen: rows % 3, LogLines: log, Hint: "hint"})
				if len(lines) > max(rows, 3) {
					t.Fatalf("%d lines in %d rows", len(lines), rows)
				}
				for _, l := range lines {
					if n := len([]rune(l)); n > max(width, 11) {
						t.Fatalf("%d columns in %d: %q", n, width, l)
					}
				}
			}
		}
	}
}

// buffer is written and read by two goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestLive(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(log, []byte("first\nsecond\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	b, _ := board(log)
	x, y := node("x"), node("y")
	b.Events().Planned([]*plan.Node{x, y}, map[*plan.Node]float64{x: 1, y: 1})
	b.Events().Started(x)
	b.Events().Started(y)
	var out buffer
	keys := make(chan byte)
	l := Show(b, &out, func() (int, int) { return 80, 24 }, false, keys)
	shows := func(what string) {
		t.Helper()
		for range 200 {
			if strings.Contains(out.String(), what) {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("%q is not shown in %q", what, out.String())
	}
	keys <- 'l'
	shows("second")
	keys <- 'j'
	shows("> y")
	if _, err := l.Write([]byte("said\n")); err != nil {
		t.Fatal(err)
	}
	shows("\x1b[Jsaid\n0 of 2")
	l.Close()
	l.Close()
	if s := out.String(); !strings.HasSuffix(s, "A\x1b[J") {
		t.Errorf("the picture stays: %q", s)
	}
	_, _ = l.Write([]byte("after\n"))
	shows("\x1b[Jafter\n")
}

package jobserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func join(t *testing.T, p *Pool, priority float64) *Member {
	t.Helper()
	m, err := p.Join(t.Context(), priority)
	must(t, err)
	t.Cleanup(m.Leave)
	return m
}

// ends are a member's own ends, as its make has them.
type ends struct{ read, write *os.File }

func pipesOf(t *testing.T, m *Member) ends {
	t.Helper()
	r, w, err := m.Pipes()
	must(t, err)
	t.Cleanup(func() { r.Close(); w.Close() })
	return ends{r, w}
}

// draw takes n tokens, waiting for each.
func (e ends) draw(t *testing.T, n int) {
	t.Helper()
	buf := make([]byte, n)
	for got := 0; got < n; {
		more, err := e.read.Read(buf[got:])
		must(t, err)
		got += more
	}
}

func (e ends) giveBack(t *testing.T, n int) {
	t.Helper()
	_, err := e.write.Write([]byte(strings.Repeat("x", n)))
	must(t, err)
}

// eventually waits for what takes a moment to come true.
func eventually(t *testing.T, p *Pool, what string, is func() bool) {
	t.Helper()
	for range 4000 {
		p.mu.Lock()
		ok := is()
		p.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(time.Millisecond)
	}
	for _, m := range p.members {
		t.Logf("member: given %d, idle %d, took %v, pipes %v", m.given, m.idle, m.took, m.pipes != nil)
	}
	t.Fatalf("never: %s; %d free", what, p.free)
}

func TestLoneMemberHasAll(t *testing.T) {
	p := New(4)
	m := join(t, p, 0)
	e := pipesOf(t, m)
	e.draw(t, 3)
	e.giveBack(t, 3)
	e.draw(t, 3)
	m.Leave()
	m.Leave()
	if p.free != 4 {
		t.Errorf("%d tokens are free, want 4", p.free)
	}
}

func TestJoinWaitsAndComesFirst(t *testing.T) {
	p := New(2)
	a := join(t, p, 0)
	e := pipesOf(t, a)
	e.draw(t, 1)
	var order []string
	var mu sync.Mutex
	var all sync.WaitGroup
	for i, w := range []struct {
		name     string
		priority float64
	}{{"low", 1}, {"high", 3}, {"middle", 2}, {"middle too", 2}} {
		all.Go(func() {
			m, err := p.Join(context.Background(), w.priority)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, w.name)
			mu.Unlock()
			m.Leave()
		})
		eventually(t, p, "they wait", func() bool { return len(p.waiters) == i+1 })
	}
	e.giveBack(t, 1)
	all.Wait()
	if got := strings.Join(order, ", "); got != "high, middle, middle too, low" {
		t.Errorf("they joined in the order %s", got)
	}
}

// A member that draws nothing must not keep what is on offer to it from
// another that wants it, or from one that wants to join.
func TestIdleTokensMove(t *testing.T) {
	p := New(4)
	idler := join(t, p, 0)
	pipesOf(t, idler)
	worker := join(t, p, 0)
	e := pipesOf(t, worker)
	e.draw(t, 2) // two are left beside the implicit ones; one was the idler's
	e.giveBack(t, 2)
	eventually(t, p, "somebody has an offer", func() bool { return idler.idle+worker.idle == 2 })
	third := join(t, p, 0)
	fourth := join(t, p, 0)
	eventually(t, p, "nothing is left", func() bool { return p.free == 0 && idler.given+worker.given == 0 })
	third.Leave()
	fourth.Leave()
	e.draw(t, 2)
}

func TestJoinGivenUp(t *testing.T) {
	p := New(1)
	m := join(t, p, 0)
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("changed my mind")
	ended := make(chan error)
	go func() {
		_, err := p.Join(ctx, 0)
		ended <- err
	}()
	eventually(t, p, "it waits", func() bool { return len(p.waiters) == 1 })
	cancel(why)
	if err := <-ended; !errors.Is(err, why) {
		t.Errorf("joining ended with %v", err)
	}
	m.Leave()
	if p.free != 1 || len(p.waiters) != 0 {
		t.Errorf("%d free, %d waiters", p.free, len(p.waiters))
	}
}

// What is inside a sandbox may write what it likes into its pipes.
func TestForgedTokens(t *testing.T) {
	p := New(3)
	m := join(t, p, 0)
	e := pipesOf(t, m)
	e.draw(t, 1)
	e.giveBack(t, 5000)
	offers, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", e.read.Fd()), os.O_WRONLY, 0)
	must(t, err)
	defer offers.Close()
	_, err = offers.Write(make([]byte, 60000))
	must(t, err)
	other := join(t, p, 0)
	pipesOf(t, other)
	eventually(t, p, "the pool is what it was", func() bool {
		return p.free+len(p.members)+m.given+other.given == 3 && m.idle <= m.given
	})
	m.Leave()
	other.Leave()
	if p.free != 3 {
		t.Errorf("%d tokens are free, want 3", p.free)
	}
}

// Two real makes on few tokens: all are in use, and never more.
func TestMakes(t *testing.T) {
	const tokens = 3
	p := New(tokens)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "Makefile"), []byte(`
all: $(addprefix job,1 2 3 4 5 6 7 8 9 10 11 12)
job%:
	@mkdir running/$(NAME)$*; sleep 0.05; ls running | wc -l >> counts; sleep 0.05; rmdir running/$(NAME)$*
`), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "running"), 0o755))
	var makes sync.WaitGroup
	var failed atomic.Bool
	for _, name := range []string{"a", "b"} {
		makes.Go(func() {
			m, err := p.Join(context.Background(), 0)
			if err != nil {
				t.Error(err)
				return
			}
			defer m.Leave()
			read, write, err := m.Pipes()
			if err != nil {
				t.Error(err)
				return
			}
			cmd := exec.Command("make", "NAME="+name)
			cmd.Dir, cmd.ExtraFiles = dir, []*os.File{read, write}
			// Nothing of a make that may have started this test.
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "MAKEFLAGS= -j --jobserver-auth=3,4"}
			out, err := cmd.CombinedOutput()
			_, _ = read.Close(), write.Close()
			if err != nil || len(out) > 0 {
				failed.Store(true)
				t.Errorf("make %s: %v\n%s", name, err, out)
			}
		})
	}
	makes.Wait()
	text, err := os.ReadFile(filepath.Join(dir, "counts"))
	must(t, err)
	sum, n := 0, 0
	for _, line := range strings.Fields(string(text)) {
		var count int
		_, err := fmt.Sscan(line, &count)
		must(t, err)
		if count > tokens {
			t.Errorf("%d jobs ran at once", count)
		}
		sum += count
		n++
	}
	if n != 24 || sum < n*3/2 { // mostly more than one: the second make has its own at the least
		t.Errorf("%d jobs ran, %.2f at a time", n, float64(sum)/float64(n))
	}
	t.Logf("%d jobs, %.2f at a time", n, float64(sum)/float64(n))
}

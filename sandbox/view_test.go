package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"belljar.build/rootfs"
	"belljar.build/sandbox/view"
)

// shell runs a script in a sandbox with this view and gives what it printed.
func (b *bench) shell(t *testing.T, v view.View, script string) string {
	t.Helper()
	b.view = v
	status, output, err := b.run(t.Context(), order{Argv: []string{"/bin/sh", "-ec", script}, Pids: b.pids})
	if err != nil || status != "ok" {
		t.Fatalf("status %s, %v\n%s", status, err, output)
	}
	return strings.TrimSpace(output)
}

// TestViewMachine asks programs what machine they are on.
func TestViewMachine(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		name   string
		view   view.View
		script string
		want   string
	}{
		{"usual", view.View{}, "uname -nr; id -u", "localhost 5.10.0\n1000"},
		{"host", view.View{Host: "elsewhere", Domain: "example.org"}, "uname -n; domainname", "elsewhere\nexample.org"},
		{"kernel", view.View{Release: "6.99.0", Version: "#99"}, "uname -rv", "6.99.0 #99"},
		{"user", view.View{UID: 1234}, "id -u; id -g; touch /build/x; stat -c %u /build/x", "1234\n1234\n1234"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.shell(t, c.view, c.script); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestViewClock reads the clock of a sandbox with a time of its own in as many
// ways as there are.
func TestViewClock(t *testing.T) {
	b := newBench(t)
	start := time.Date(2033, 5, 18, 3, 33, 20, 0, time.UTC).Unix()
	ways := map[string]string{
		"date":   "date +%s",
		"bash":   `bash -c 'printf "%(%s)T\n" -1'`,
		"perl":   `perl -e 'print time, "\n"'`,
		"perl2":  `perl -MTime::HiRes=clock_gettime -e 'print int(clock_gettime(0)), "\n"'`,
		"nested": `sh -c 'sh -c "date +%s"'`,
		"find":   "touch /build/now; find /build/now -printf '%Ts\\n'",
		"file":   "echo > /build/now; stat -c %Y /build/now",
	}
	for name, script := range ways {
		t.Run(name, func(t *testing.T) {
			running := b.shell(t, view.View{Clock: &view.Clock{Start: start}}, script)
			n, err := strconv.ParseInt(running, 10, 64)
			if err != nil || n < start || n > start+60 {
				t.Errorf("a running clock shows %q, want about %d", running, start)
			}
			stands := b.shell(t, view.View{Clock: &view.Clock{Start: start, Slow: true}}, script)
			if m, err := strconv.ParseInt(stands, 10, 64); err != nil || m != start && m != start-1 {
				t.Errorf("a standing clock shows %q, want %d", stands, start)
			}
		})
	}
	t.Run("microseconds stand", func(t *testing.T) {
		v := view.View{Clock: &view.Clock{Start: start, Slow: true}}
		if got := b.shell(t, v, "date +%N; sleep 0.01; date +%N"); got != "000000000\n000000000" {
			t.Errorf("got %q", got)
		}
	})
}

// waiter waits for a time of day, in the two ways that the kernel has, and says
// how many tenths of a second that took.
const waiter = `
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <time.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t c = PTHREAD_COND_INITIALIZER;
int main(void) {
	struct timespec began, end, until;
	clock_gettime(CLOCK_MONOTONIC, &began);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&m);
	while (pthread_cond_timedwait(&c, &m, &until) == 0)
		;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	double took = end.tv_sec - began.tv_sec + (end.tv_nsec - began.tv_nsec) / 1e9;
	puts(took > 1.9 && took < 15 ? "waited" : "did not wait");
}`

// TestViewDeadlines lets a program wait for times of day.
func TestViewDeadlines(t *testing.T) {
	b := newBench(t)
	source := filepath.Join(t.TempDir(), "waiter.c")
	if err := os.WriteFile(source, []byte(waiter), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cc", "-static", "-pthread", "-o", b.dir+"/build/waiter", source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	start := time.Date(2033, 5, 18, 3, 33, 20, 0, time.UTC).Unix()
	for _, clock := range []*view.Clock{nil, {Start: start}, {Start: start, Slow: true}} {
		if got := b.shell(t, view.View{Clock: clock}, "timeout 30 /build/waiter"); got != "waited" {
			t.Errorf("with the clock %+v it %s", clock, got)
		}
	}
}

// TestViewRandom reads random numbers in two sandboxes of one seed and in one of
// another.
func TestViewRandom(t *testing.T) {
	b := newBench(t)
	b.root.Binds = slices.DeleteFunc(b.root.Binds, func(x rootfs.Bind) bool { return strings.HasSuffix(x.Target, "random") })
	b.root.Pipes = []string{"/dev/random", "/dev/urandom"}
	b.pids = 17
	script := "mktemp -u; od -An -N16 -tx1 /dev/urandom; head -c 8 /dev/urandom | od -An -tx1; head -c 200000 /dev/urandom | wc -c"
	first := b.shell(t, view.View{Random: 1, Pids: 17}, script)
	if again := b.shell(t, view.View{Random: 1, Pids: 17}, script); again != first {
		t.Errorf("one seed gives\n%s\nand\n%s", first, again)
	}
	other := b.shell(t, view.View{Random: 2, Pids: 17}, script)
	for i, line := range strings.Split(first, "\n")[:3] {
		if strings.Split(other, "\n")[i] == line {
			t.Errorf("two seeds give %q", line)
		}
	}
}

// TestViewRandomBeside reads random numbers in processes that run side by side, and
// again with other numbers of processes: to each its own.
func TestViewRandomBeside(t *testing.T) {
	b := newBench(t)
	script := `for i in 1 2 3 4 5 6 7 8; do (exec mktemp -u /tmp/$i.XXXXXXXXXX) & done; wait`
	seen := map[string]bool{}
	for _, n := range []int{17, 17, 17, 67} {
		b.pids = n
		lines := strings.Split(b.shell(t, view.View{Random: 1, Pids: n}, script), "\n")
		slices.Sort(lines)
		seen[strings.Join(lines, "\n")] = true
	}
	if len(seen) != 1 {
		t.Errorf("got %v", seen)
	}
}

// TestViewAddresses looks where the stack is.
func TestViewAddresses(t *testing.T) {
	b := newBench(t)
	script := `grep '\[stack\]' /proc/self/maps | cut -d' ' -f1`
	if x, y := b.shell(t, view.View{}, script), b.shell(t, view.View{}, script); x != y {
		t.Errorf("%s and %s", x, y)
	}
	if x, y := b.shell(t, view.View{Randomize: true}, script), b.shell(t, view.View{Randomize: true}, script); x == y {
		t.Errorf("twice %s", x)
	}
}

// TestViewPids looks at the number of a script's shell, and of what it starts.
func TestViewPids(t *testing.T) {
	b := newBench(t)
	b.pids = 17
	seen := map[string]bool{}
	for range 20 {
		seen[b.shell(t, view.View{Pids: 17}, `echo $$ $PPID; sh -c 'echo $$'; sleep 0.02; sh -c 'echo $$'`)] = true
	}
	if len(seen) != 1 {
		t.Errorf("got %v", seen)
	}
	for all := range seen {
		if first, _, _ := strings.Cut(all, "\n"); first != "117 50" {
			t.Errorf("the shell and its parent have %q", first)
		}
	}
}

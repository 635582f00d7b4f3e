package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// family are this process's descendants, the children of each. The dead that
// nobody has waited for are not in it.
type family map[int][]int

func look() family {
	f := family{}
	f.add(os.Getpid())
	return f
}

// add walks down from a process, each thread of which may have children. This
// is much cheaper than to go through all processes of a busy machine.
func (f family) add(pid int) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range threads {
		text, _ := os.ReadFile(name) // it may have ended
		for _, word := range strings.Fields(string(text)) {
			child, _ := strconv.Atoi(word)
			switch {
			case alive(child):
				f[pid] = append(f[pid], child)
				f.add(child)
			case pid == os.Getpid():
				reap(child)
			}
		}
	}
}

func alive(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The name in parentheses may hold anything.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

// started are the commands of this test that run: exec.Cmd waits for those.
var started sync.Map

// reap waits for a dead orphan.
func reap(pid int) {
	if _, ours := started.Load(pid); !ours {
		_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil)
	}
}

// below lists the descendants of a process, parents first.
func (f family) below(pid int) []int {
	all := slices.Clone(f[pid])
	for i := 0; i < len(all); i++ {
		all = append(all, f[all[i]]...)
	}
	return all
}

// generation lists the children, grandchildren, ... of a process.
func (f family) generation(pid, n int) []int {
	pids := []int{pid}
	for range n {
		var next []int
		for _, p := range pids {
			next = append(next, f[p]...)
		}
		pids = next
	}
	return pids
}

// victims are the kinds of processes that are killed: belljar, and its
// descendants by generation.
var victims = []string{"belljar", "supervisor", "init", "executor", "all"}

// find lists those of a kind that there are now; "all" are to be killed
// together, of the others one.
func (f family) find(victim string, belljar int, rng *rand.Rand) []int {
	if victim == "all" {
		return append(f.below(belljar), belljar)
	}
	found := f.generation(belljar, slices.Index(victims, victim))
	if len(found) == 0 {
		return nil
	}
	return []int{found[rng.IntN(len(found))]}
}

// patience is how long what was killed may take to be gone. Whoever leaks stays
// for ever; a busy machine is only slow.
const patience = 10 * time.Second

// leaked waits until no process is below this one and says which stayed.
func leaked() error {
	var left []int
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if left = look().below(os.Getpid()); len(left) == 0 {
			return nil
		}
	}
	var names []string
	for _, pid := range left {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		names = append(names, fmt.Sprintf("%d %q", pid, text))
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	return fmt.Errorf("processes are left: %s", strings.Join(names, ", "))
}

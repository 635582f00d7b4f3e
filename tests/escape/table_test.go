package escape

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// row is a case in the table at the end.
type row struct {
	name   string
	held   int
	took   time.Duration
	failed bool
}

// table collects rows from cases that run side by side.
type table struct {
	mu   sync.Mutex
	rows []row
}

func (t *table) add(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows = append(t.rows, r)
}

func (t *table) text(took time.Duration) string {
	slices.SortFunc(t.rows, func(a, b row) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-36s %6s %5s %7s\n", "CASE", "USER", "HELD", "SECONDS")
	attempts, failed := 0, 0
	for _, r := range t.rows {
		note := ""
		if r.failed {
			note, failed = "  FAILED", failed+1
		}
		attempts += r.held
		fmt.Fprintf(&b, "%-36s %6d %5d %7.1f%s\n", r.name, os.Geteuid(), r.held, r.took.Seconds(), note)
	}
	fmt.Fprintf(&b, "%d cases, %d attempts held, %d cases failed, %.0f seconds\n", len(t.rows), attempts, failed, took.Seconds())
	return b.String()
}

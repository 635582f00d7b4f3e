package repro

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// TestCorpus checks every part, two at a time, and prints what was named.
func TestCorpus(t *testing.T) {
	began := time.Now()
	var table table
	t.Run("parts", func(t *testing.T) {
		places := make(chan struct{}, 2)
		for _, p := range shared.parts {
			if p.kind == "probe" {
				continue
			}
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				places <- struct{}{}
				defer func() { <-places }()
				var args []string
				if p.vary != "" {
					args = []string{"--vary", "all," + p.vary}
				}
				v := check(t, p.name, args...)
				table.add(p, v)
				p.compare(t, v)
			})
		}
	})
	t.Log(table.text(time.Since(began)))
}

// compare wants one of the right verdicts, and, where a culprit was named and
// all builds ended well, what it changes.
func (p *part) compare(t *testing.T, v *verdict) {
	t.Helper()
	if len(p.names) == 0 {
		if !v.Reproducible {
			t.Errorf("%s: want it to be reproducible, named %q (%s%s)", p.planted, v.named(), v.Explanation, v.Failure)
		}
		return
	}
	if got := v.named(); v.Reproducible || !slices.Contains(p.names, got) {
		t.Errorf("%s: named %q, want %s (%s%s)", p.planted, got, strings.Join(p.names, " or "), v.Explanation, v.Failure)
	}
	ascribed := v.ascribed()
	for _, culprit := range v.Culprits {
		if c := canonical([]string{strings.Join(culprit, " ")}); v.Failure == "" && len(ascribed[c]) == 0 {
			t.Errorf("%s: no change is ascribed to %s", p.planted, c)
		}
	}
}

// TestEnough counts: a corpus that shrinks says less.
func TestEnough(t *testing.T) {
	counts := map[string]int{}
	for _, p := range shared.parts {
		counts[p.kind]++
	}
	if counts["causes"] < 40 || counts["controls"] < 10 {
		t.Errorf("%v", counts)
	}
}

// table is what the run prints at its end.
type table struct {
	mu     sync.Mutex
	lines  []string
	builds int
}

func (t *table) add(p *part, v *verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	planted, named := cmp.Or(strings.Join(p.names, " or "), "nothing"), cmp.Or(v.named(), "nothing")
	t.lines = append(t.lines, fmt.Sprintf("%s\t%s\t%s\t%d\t%.1f\n", p.name, planted, named, len(v.Builds), v.Seconds))
	t.builds += len(v.Builds)
}

func (t *table) text(took time.Duration) string {
	slices.Sort(t.lines)
	var b strings.Builder
	fmt.Fprintf(&b, "%d parts, %d builds, %.0f s\n", len(t.lines), t.builds, took.Seconds())
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "PART\tPLANTED\tNAMED\tBUILDS\tSECONDS\n", strings.Join(t.lines, ""))
	_ = w.Flush()
	return b.String()
}

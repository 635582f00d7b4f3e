package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/build"
	"belljar.build/engine/vary"
)

// world is a machine on which an output is built over and over: depends says
// what it becomes, "" for a build that fails.
type world struct {
	t       *testing.T
	depends func(w *world) string
	now     vary.Circumstances
	n       int // builds so far
}

// sees is what a build finds of a circumstance. What never stands still is
// another each time, unless it is varied or held still.
func (w *world) sees(v vary.Variation) string {
	varied := w.now.Varied.Has(v)
	switch {
	case varied:
		return "varied " + string(v)
	case w.now.Controlled || !heldStill().Has(v) || v == vary.Order || v == vary.Inodes:
		return "usual " + string(v)
	}
	return fmt.Sprintf("%s %d", v, w.n)
}

func (w *world) varies(all ...vary.Variation) bool {
	return !slices.ContainsFunc(all, func(v vary.Variation) bool { return !w.now.Varied.Has(v) })
}

func (w *world) build(_ context.Context, now vary.Circumstances) (*build.Trial, error) {
	w.now = now
	w.n++
	content := w.depends(w)
	if content == "" {
		return &build.Trial{Failure: &build.Failure{Phase: "make", Message: "exit status 2"}}, nil
	}
	dir := w.t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte(content+"\n"), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return &build.Trial{Manifest: content, Dir: dir, Seconds: 1}, nil
}

// check records an output of the world and checks it.
func (w *world) check(o Options) (*Verdict, error) {
	content := w.depends(w)
	return Check(w.t.Context(), Subject{Part: "x", Output: strings.Repeat("0", 32) + "-x-1", Manifest: content}, w.build, o)
}

func TestCheck(t *testing.T) {
	const stamp = "2026-03-03 10:00:00"
	tests := map[string]struct {
		depends func(w *world) string
		options Options
		want    string // culprits, kind of nondeterminism, failure
		builds  int
	}{
		"clean": {depends: func(*world) string { return "x" }, want: " ", builds: 1},
		"date, as the files say": {
			depends: func(w *world) string {
				return strings.Replace(stamp, "03-03", map[bool]string{true: "04-05", false: fmt.Sprintf("03-%02d", 3+w.n*b2i(!w.now.Controlled))}[w.varies(vary.Time)], 1)
			}, want: "[time] ", builds: 7,
		},
		"host, as the files say": {
			depends: func(w *world) string {
				if w.varies(vary.Host) {
					return "made on elsewhere.example.org"
				}
				return "made on localhost"
			}, want: "[host] ", builds: 7,
		},
		"time, which nothing betrays": {
			depends: func(w *world) string { return w.sees(vary.Time) }, want: "[time] ", builds: 11,
		},
		"one that comes last": {
			depends: func(w *world) string { return w.sees(vary.Tmp) }, want: "[tmp] ", builds: 13,
		},
		"two": {
			depends: func(w *world) string { return w.sees(vary.Umask) + w.sees(vary.Host) }, want: "[umask][host] ", builds: 20,
		},
		"two, as the files say": {
			depends: func(w *world) string {
				return map[bool]string{true: "elsewhere.example", false: "here"}[w.varies(vary.Host)] + "\n" +
					map[bool]string{true: "/home/check", false: "/build"}[w.varies(vary.Home)]
			}, want: "[home][host] ", builds: 8,
		},
		"a pair that acts only together": {
			depends: func(w *world) string { return fmt.Sprint(w.varies(vary.Locale, vary.Random)) },
			want:    "[locale random] ", builds: 19,
		},
		"fails with one cpu": {
			depends: func(w *world) string {
				if w.varies(vary.CPUs) {
					return ""
				}
				return "x"
			}, want: "[cpus] make: exit status 2", builds: 12,
		},
		"a failure that hides a difference": {
			depends: func(w *world) string {
				if w.varies(vary.CPUs) {
					return ""
				}
				return w.sees(vary.Locale)
			}, want: "[locale][cpus] make: exit status 2", builds: 20,
		},
		"race": {
			depends: func(w *world) string {
				if w.varies(vary.CPUs) {
					return "x"
				}
				return fmt.Sprint(w.n)
			}, want: "race ", builds: 9,
		},
		"race, and the host": {
			depends: func(w *world) string {
				if w.varies(vary.CPUs) {
					return w.sees(vary.Host)
				}
				return fmt.Sprint(w.n)
			}, options: Options{Variations: vary.Set{vary.Host, vary.Time}}, want: "[host]race ", builds: 11,
		},
		"every fourth another": { // no race, although two builds with one CPU are equal
			depends: func(w *world) string { return fmt.Sprint(w.n == 1 || w.n%4 == 2) }, want: "unknown ", builds: 6,
		},
		"every third another": { // the search ends where its culprit is not steady
			depends: func(w *world) string { return fmt.Sprint(w.n%3 == 1) }, want: "chance ", builds: 37,
		},
		"never the same": {
			depends: func(w *world) string { return fmt.Sprint(w.n) }, want: "unknown ", builds: 5,
		},
		"seldom another": { // in the first build and the second of the plain ones
			depends: func(w *world) string { return fmt.Sprint(w.n == 1 || w.n == 7 || w.n == 15) }, want: "chance ", builds: 15,
		},
		"once another": {
			depends: func(w *world) string { return fmt.Sprint(w.n == 1) }, want: "chance ", builds: 10,
		},
		"time, which was not asked for": {
			depends: func(w *world) string { return w.sees(vary.Time) },
			options: Options{Variations: vary.Set{vary.Umask}}, want: "[time] ", builds: 9,
		},
		"addresses, others each time": {
			depends: func(w *world) string {
				if w.varies(vary.ASLR) {
					return fmt.Sprintf("0x%08x", w.n)
				}
				return "0x12345678"
			}, want: "[aslr] ", builds: 6,
		},
		"addresses and others": {
			depends: func(w *world) string {
				address := "0x12345678"
				if w.varies(vary.ASLR) {
					address = fmt.Sprintf("0x%08x", w.n)
				}
				return address + w.sees(vary.Time) + w.sees(vary.Pids)
			}, want: "[time][aslr][pids] ", builds: 22,
		},
		"blamed once by chance": { // the 4th build and the 5th differ, as nothing does twice
			depends: func(w *world) string {
				if w.n == 1 || w.n == 4 || w.n == 5 || w.n == 12 {
					return fmt.Sprint("odd ", w.n)
				}
				return "x"
			}, options: Options{Variations: vary.Set{vary.Umask}}, want: "chance ", builds: 9,
		},
		"only with nothing held still": {
			depends: func(w *world) string { return fmt.Sprint(!w.now.Controlled && w.varies(vary.Memory)) },
			want:    "[memory] ", builds: 19,
		},
		"the record is another": {
			depends: func(w *world) string { return fmt.Sprint(w.n == 0) }, want: " ", builds: 9,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := &world{t: t, depends: tt.depends}
			v, err := w.check(tt.options)
			if err != nil {
				t.Fatal(err)
			}
			got := v.Chance + " " + v.Failure
			for _, c := range slices.Backward(v.Culprits) {
				got = "[" + strings.ReplaceAll(c.String(), ",", "") + "]" + got
			}
			if got != tt.want || len(v.Builds) != tt.builds || v.Reproducible != (name == "clean") {
				t.Errorf("%q in %d builds, want %q in %d; %s\n%s", got, len(v.Builds), tt.want, tt.builds, v.Explanation, log(v))
			}
			if !v.Reproducible && len(v.Culprits) == 0 && v.Explanation == "" {
				t.Error("neither a culprit nor an explanation")
			}
			once(t, v)
		})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func log(v *Verdict) string {
	var lines []string
	for _, b := range v.Builds {
		lines = append(lines, fmt.Sprintf("%v %v: %s%s", b.Varied, b.Controlled, b.Manifest, b.Failure))
	}
	return strings.Join(lines, "\n")
}

// once wants that nothing was built needlessly often with all held still: twice
// where two builds must agree.
func once(t *testing.T, v *Verdict) {
	t.Helper()
	seen := map[string]int{}
	for _, b := range v.Builds {
		if b.Controlled {
			most := 2
			if slices.Equal(b.Varied, vary.Set{vary.CPUs}) {
				most = sure
			}
			if seen[b.Varied.String()]++; seen[b.Varied.String()] > most {
				t.Errorf("%s was built %d times", b.Varied, seen[b.Varied.String()])
			}
		}
	}
}

func TestControlFails(t *testing.T) {
	w := &world{t: t, depends: func(w *world) string {
		if w.n > 0 {
			return ""
		}
		return "x"
	}}
	v, err := w.check(Options{})
	if !errors.Is(err, ErrControl) || v.Failure == "" || len(v.Builds) != 2 {
		t.Errorf("%v after %d builds", err, len(v.Builds))
	}
}

func TestMachineFails(t *testing.T) {
	broken := errors.New("no disk")
	_, err := Check(t.Context(), Subject{}, func(context.Context, vary.Circumstances) (*build.Trial, error) { return nil, broken }, Options{})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = Check(ctx, Subject{}, nil, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestVerdictJSON(t *testing.T) {
	w := &world{t: t, depends: func(*world) string { return "x" }}
	v, err := w.check(Options{Variations: vary.Set{vary.Time}})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil || strings.Contains(string(text), "null") || !strings.Contains(string(text), `"changes":[]`) {
		t.Errorf("%s, %v", text, err)
	}
	v.Changes = append(v.Changes, Change{Path: "x"})
	kept, err := v.Kept()
	if err != nil || strings.Contains(string(kept), "changes") || !strings.Contains(string(kept), `"varied":["time"]`) {
		t.Errorf("%s, %v", kept, err)
	}
	if back, err := ReadKept(kept); err != nil || !back.Reproducible || back.Part != "x" {
		t.Errorf("%+v, %v", back, err)
	}
}

package store

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"belljar.build/engine/action"
)

// graph publishes outputs 1..n, each of which refers to those that refs names.
func graph(t *testing.T, s *Store, n int, refs map[int][]int) []string {
	t.Helper()
	paths := make([]string, n+1)
	for i := 1; i <= n; i++ {
		content := ""
		for _, r := range refs[i] {
			content += pathPrefix + paths[r] + "\n"
		}
		paths[i] = publish(t, s, keyOf(i), content, slices.Clone(paths[1:i])...).Path
	}
	return paths
}

func collect(t *testing.T, s *Store, o GCOptions) (went []string, r *GCResult) {
	t.Helper()
	o.Deleted = func(d Dead) {
		if d.What == "output" {
			went = append(went, d.Path)
		}
	}
	r, err := s.GC(context.Background(), o)
	must(t, err)
	slices.Sort(went)
	return went, r
}

func age(t *testing.T, s *Store, path string, d time.Duration) {
	t.Helper()
	must(t, os.Chtimes(s.meta("record", path[:hashLength]+".json"), time.Time{}, time.Now().Add(-d)))
}

func TestGCKeepsWhatRootsReach(t *testing.T) {
	s := open(t)
	p := graph(t, s, 5, map[int][]int{2: {1}, 4: {3}})
	project := t.TempDir()
	must(t, os.Symlink(filepath.Join(s.dir, p[2]), filepath.Join(project, "part")))
	must(t, s.AddRoot(project))
	must(t, s.AddRoot(project))
	must(t, s.Pin(p[5]))
	must(t, os.WriteFile(s.LogPath(keyOf(4)), []byte("x"), 0o644))
	went, r := collect(t, s, GCOptions{DryRun: true})
	if want := []string{p[3], p[4]}; !slices.Equal(went, want) || len(outputs(t, s)) != 5 {
		t.Fatalf("a dry run names %v and leaves %v", went, outputs(t, s))
	}
	if went, _ = collect(t, s, GCOptions{}); !slices.Equal(went, []string{p[3], p[4]}) || !slices.Equal(outputs(t, s), []string{p[1], p[2], p[5]}) {
		t.Errorf("went %v, left %v", went, outputs(t, s))
	}
	if r.Deleted != 2 || r.Kept != 3 || r.Freed == 0 || r.KeptSize == 0 {
		t.Errorf("result %+v", r)
	}
	for _, left := range []string{s.LogPath(keyOf(4)), s.meta("action", keyOf(4)[:32]+".json"), s.meta("lock", keyOf(3)[:32]+lockSuffix)} {
		if exists(left) {
			t.Errorf("%s is left", left)
		}
	}
	damage(t, s)
	must(t, os.Remove(filepath.Join(project, "part")))
	must(t, s.Unpin(p[5]))
	if collect(t, s, GCOptions{}); len(outputs(t, s)) != 0 {
		t.Errorf("without roots, left %v", outputs(t, s))
	}
	if entries, err := os.ReadDir(s.meta("manifest")); err != nil || len(entries) != 0 {
		t.Errorf("manifests are left: %v, %v", entries, err)
	}
}

// A project may name the store by another path than the collector.
func TestGCRootByAnotherName(t *testing.T) {
	s := open(t)
	p := graph(t, s, 1, nil)
	project := t.TempDir()
	must(t, os.Symlink("/elsewhere/"+p[1]+"/bin/x", filepath.Join(project, "x")))
	must(t, s.AddRoot(project))
	if went, _ := collect(t, s, GCOptions{}); went != nil {
		t.Errorf("went %v", went)
	}
}

// Looking around forgets no project, whose disk may only be away; collecting
// does.
func TestRootsForgotten(t *testing.T) {
	s := open(t)
	project := filepath.Join(t.TempDir(), "parts")
	must(t, s.AddRoot(project))
	count := func() int {
		entries, err := os.ReadDir(s.meta("roots"))
		must(t, err)
		return len(entries)
	}
	_, err := s.Roots()
	must(t, err)
	collect(t, s, GCOptions{DryRun: true})
	if count() != 1 {
		t.Error("looking around forgot a project")
	}
	if collect(t, s, GCOptions{}); count() != 0 {
		t.Error("a project that is gone is remembered")
	}
}

func TestGCFilters(t *testing.T) {
	for name, test := range map[string]struct {
		options GCOptions
		went    []int
	}{
		"none":         {GCOptions{}, []int{1, 2, 3, 4}},
		"older than":   {GCOptions{OlderThan: 150 * time.Minute}, []int{4}}, // 3 is old, but 2 refers to it
		"keep last":    {GCOptions{KeepLast: 1}, []int{2, 3, 4}},
		"keep last 2":  {GCOptions{KeepLast: 2}, []int{4}},
		"size of one":  {GCOptions{MaxSize: 1}, []int{2, 3, 4}}, // only 1, which is empty
		"size of most": {GCOptions{MaxSize: 1000}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			p := make([]string, 5)
			p[3] = publish(t, s, keyOf(3), "some text").Path
			p[2] = publish(t, s, keyOf(2), pathPrefix+p[3], p[3]).Path
			p[1] = publish(t, s, keyOf(1), "").Path
			p[4] = publish(t, s, keyOf(4), "text").Path
			for i := 1; i <= 4; i++ {
				age(t, s, p[i], time.Duration(i)*time.Hour)
			}
			var want []string
			for _, i := range test.went {
				want = append(want, p[i])
			}
			slices.Sort(want)
			went, _ := collect(t, s, test.options)
			if diff := cmp.Diff(want, went); diff != "" {
				t.Errorf("(-want +went):\n%s", diff)
			}
		})
	}
}

func TestGCKeepsToolchainAndInputs(t *testing.T) {
	for _, keepInputs := range []bool{false, true} {
		s := open(t)
		p := graph(t, s, 3, nil)
		a := action.Action{
			Toolchain: &action.Toolchain{Base: action.Input{Path: p[1]}},
			Inputs:    []action.Input{{Path: p[2]}},
		}
		must(t, os.WriteFile(s.meta("action", keyOf(3)[:32]+".json"), encode(t, a), 0o644))
		must(t, s.Pin(p[3]))
		collect(t, s, GCOptions{KeepInputs: keepInputs})
		want := []string{p[1], p[3]}
		if keepInputs {
			want = p[1:]
		}
		if got := outputs(t, s); !slices.Equal(got, want) {
			t.Errorf("keep inputs %v: left %v, want %v", keepInputs, got, want)
		}
	}
}

func TestGCLeavesWhatRuns(t *testing.T) {
	s := open(t)
	p := graph(t, s, 2, nil)
	other := open(t)
	other.dir = s.dir
	must(t, other.claimStaging())
	must(t, other.Protect([]string{p[1]}))
	// A build that is about to be published, and a failed one that is open.
	building, failed := keyOf(3), keyOf(4)
	unlock, err := other.Lock(context.Background(), building, nil)
	must(t, err)
	must(t, os.Mkdir(filepath.Join(s.dir, action.PathName(building, "demo-1.0")), 0o755))
	unlock2, err := other.Lock(context.Background(), failed, nil)
	must(t, err)
	must(t, os.Mkdir(s.meta("failed", action.PathName(failed, "demo-1.0")), 0o700))
	collect(t, s, GCOptions{})
	if got, want := outputs(t, s), []string{p[1], action.PathName(building, "demo-1.0")}; !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
	if !exists(s.meta("failed", action.PathName(failed, "demo-1.0"))) {
		t.Error("a failed build went while it was in use")
	}
	must(t, unlock())
	must(t, unlock2())
	must(t, other.Close())
	if collect(t, s, GCOptions{}); len(outputs(t, s)) != 0 || exists(s.meta("failed", action.PathName(failed, "demo-1.0"))) {
		t.Errorf("left %v", outputs(t, s))
	}
}

// Who waits for the lock of a key whose lock file the collector removes must
// not end up with a lock of his own.
func TestLockAfterGC(t *testing.T) {
	s := open(t)
	key := keyOf(1)
	unlock, err := s.Lock(context.Background(), key, nil)
	must(t, err)
	waiting, got := make(chan bool), make(chan error)
	go func() {
		unlock, err := s.Lock(context.Background(), key, func(string) { close(waiting) })
		if err == nil {
			_, err = os.Stat(s.meta("lock", key[:32]+lockSuffix))
			if second, err := s.TryLock(key); err != nil || second != nil {
				t.Errorf("two hold the lock: %v", err)
			}
			err = unlock()
		}
		got <- err
	}()
	<-waiting
	must(t, os.Remove(s.meta("lock", key[:32]+lockSuffix)))
	must(t, unlock())
	must(t, <-got)
}

// Many processes name, find and lose outputs while a collector runs all the
// time: what was named and then found must stay.
func TestGCBesideBuilds(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		for ctx.Err() == nil {
			if _, err := s.GC(context.Background(), GCOptions{}); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	builder, err := Open(s.dir)
	must(t, err)
	for i := range 60 {
		key := keyOf(i % 7)
		must(t, builder.Protect([]string{action.PathName(key, "demo-1.0")}))
		unlock, err := builder.Lock(ctx, key, nil)
		must(t, err)
		r, ok, err := builder.Lookup(key)
		must(t, err)
		if !ok {
			r = publish(t, builder, key, "text")
		}
		if _, err := os.Stat(filepath.Join(s.dir, r.Path, "file")); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		must(t, unlock())
		if i%7 == 6 { // a new process
			must(t, builder.Close())
			builder, err = Open(s.dir)
			must(t, err)
		}
	}
	cancel()
	must(t, <-ended)
	damage(t, s)
	must(t, builder.Close())
}

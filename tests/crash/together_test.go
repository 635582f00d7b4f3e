package crash

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestTogether lets eight belljars build one graph in one store. Every part is
// built once, by one of them, and all end with the same table.
func TestTogether(t *testing.T) {
	store := newStore(t)
	c := count(t, crowd(t, store))
	c.judge(t, store, crowdSize, true)
	if c.waited == 0 || c.unnamed == c.waited {
		t.Error("nobody said for whom he waited")
	}
}

// TestTogetherKilled kills one of them in the middle: the others do its work.
func TestTogetherKilled(t *testing.T) {
	store := newStore(t)
	all := crowd(t, store)
	until(t, "a third is built", func() bool { return len(list(meta(store, "record"))) > crowdParts/3 })
	if err := all[0].cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	count(t, all).judge(t, store, crowdSize-1, false)
}

// TestTogetherWithGC collects garbage all the while, in a store without roots:
// what the running processes need is all that keeps anything.
func TestTogetherWithGC(t *testing.T) {
	store := newStore(t)
	all := crowd(t, store)
	until(t, "somebody said what it needs", func() bool {
		found, err := filepath.Glob(meta(store, "staging", "*", "roots"))
		return err == nil && len(found) > 0
	})
	stop, collected := make(chan struct{}), make(chan int)
	go func() { collected <- collect(t, store, stop) }()
	c := count(t, all)
	close(stop)
	runs := <-collected
	c.judge(t, store, crowdSize, true)
	if t.Logf("%d collections meanwhile", runs); runs < 3 {
		t.Error("there was hardly a collection")
	}
}

// collect collects garbage until it is stopped, and verifies the store now and
// then: what appears and goes meanwhile is not damaged.
func collect(t *testing.T, store string, stop chan struct{}) (runs int) {
	p := project{dir: filepath.Dir(store), store: store}
	for ; ; runs++ {
		select {
		case <-stop:
			return runs
		case <-time.After(50 * time.Millisecond):
		}
		args := []string{"gc"}
		if runs%8 == 1 {
			args = []string{"store", "verify"}
		}
		if out, err := p.belljar(args...).CombinedOutput(); err != nil {
			t.Errorf("belljar %v: %v\n%s", args, err, out)
		}
	}
}

// judge wants the tables of those who ended well to be equal and whole, every
// part built exactly once (or, where one was killed, at most once), and a clean
// store.
func (c *tally) judge(t *testing.T, store string, ended int, exactly bool) {
	t.Helper()
	if len(c.tables) != ended {
		t.Fatalf("%d belljars ended by themselves, want %d", len(c.tables), ended)
	}
	for _, rows := range c.tables {
		if !slices.Equal(rows, c.tables[0]) || len(rows) != crowdParts {
			t.Errorf("the tables differ:\n%v\n%v", c.tables[0], rows)
		}
	}
	once := 0
	for i := range crowdParts {
		part := fmt.Sprint("p", i)
		built, noted := c.built[part], history(t, store, part)
		if built == 1 && noted == 1 {
			once++
		} else if exactly || built > 1 || noted > 1 {
			t.Errorf("%s was built %d times, and noted %d times", part, built, noted)
		}
	}
	t.Logf("%d parts built once; %d waits, %d of them for a process not named yet", once, c.waited, c.unnamed)
	if err := dead(store); err != nil {
		t.Error(err)
	}
	p := project{dir: filepath.Join(filepath.Dir(store), "project0"), store: store}
	if err := p.whole(c.tables[0]); err != nil {
		t.Error(err)
	}
	p.must(t, "store", "verify")
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain until %s", what)
}

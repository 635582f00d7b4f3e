package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

func TestLockBetweenProcesses(t *testing.T) {
	s := open(t)
	k := keyOf(1)
	other := start(t, "lock", s.dir, k)
	host, err := os.Hostname()
	must(t, err)
	want := fmt.Sprintf("process %d on %s", other.cmd.Process.Pid, host)

	// It is waited for, until the context ends.
	ctx, cancel := context.WithCancel(context.Background())
	var holders []string
	_, err = s.Lock(ctx, k, func(holder string) {
		holders = append(holders, holder)
		cancel()
	})
	if !errors.Is(err, context.Canceled) || len(holders) != 1 || holders[0] != want {
		t.Errorf("waited for %q, %v, want %q and context.Canceled", holders, err, want)
	}

	// Another key is free.
	unlock, err := s.Lock(context.Background(), keyOf(2), func(string) { t.Error("waited for a free lock") })
	must(t, err)
	must(t, unlock())

	// Once the other process lets go, it is ours.
	unlock, err = s.Lock(context.Background(), k, func(string) { must(t, other.stdin.Close()) })
	must(t, err)
	must(t, unlock())
}

func TestLockOfDeadProcess(t *testing.T) {
	s := open(t)
	other := start(t, "lock", s.dir, keyOf(1))
	unlock, err := s.Lock(context.Background(), keyOf(1), func(string) { other.kill() })
	must(t, err)
	must(t, unlock())
}

func TestLockWithinProcess(t *testing.T) {
	s := open(t)
	unlock, err := s.Lock(context.Background(), keyOf(1), nil)
	must(t, err)
	waited := false
	again, err := s.Lock(context.Background(), keyOf(1), func(string) {
		waited = true
		must(t, unlock())
	})
	must(t, err)
	must(t, again())
	if !waited {
		t.Error("one process got the lock twice")
	}
}

func TestLockCancelledBefore(t *testing.T) {
	s := open(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	cancel(why)
	if _, err := s.Lock(ctx, keyOf(1), nil); !errors.Is(err, why) {
		t.Errorf("error is %v, want the cause", err)
	}
	if _, err := s.Lock(context.Background(), "../../x", nil); !errors.Is(err, ErrKey) {
		t.Errorf("error is %v, want ErrKey", err)
	}
}

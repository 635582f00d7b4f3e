package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a waiting process looks again, in a local file system
// where that costs microseconds.
const lockPoll = 50 * time.Millisecond

// Lock makes the caller the one that may build key, in this process and in
// all others. While somebody else does, it calls onWait (if not nil) once with
// who that is, e.g. "process 42 on buildhost", and waits until it is free or
// ctx ends. The lock of a dead process is free.
func (s *Store) Lock(ctx context.Context, key string, onWait func(holder string)) (unlock func() error, err error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	name := s.meta("lock", key[:hashLength]+lockSuffix)
	for {
		l, err := acquire(ctx, name, onWait)
		if err != nil {
			return nil, err
		}
		// The collector removes the lock files of keys that are gone: whoever
		// waited for one of those holds nothing.
		if !isCurrent(l, name) {
			if err := l.Close(); err != nil {
				return nil, fmt.Errorf("lock %s: %w", name, err)
			}
			continue
		}
		if err := os.WriteFile(name, []byte(holder()+"\n"), 0o644); err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), l.Unlock())
		}
		return l.Unlock, nil
	}
}

// TryLock is Lock for those who do not wait: nil when somebody else holds it.
func (s *Store) TryLock(key string) (unlock func() error, err error) {
	busy := errors.New("busy")
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	unlock, err = s.Lock(ctx, key, func(string) { cancel(busy) })
	if errors.Is(err, busy) {
		return nil, nil
	}
	return unlock, err
}

func acquire(ctx context.Context, name string, onWait func(holder string)) (*flock.Flock, error) {
	l := newLock(name)
	locked, err := l.TryLock()
	if err == nil && !locked {
		if onWait != nil {
			onWait(readHolder(name))
		}
		locked, err = l.TryLockContext(ctx, lockPoll)
	}
	if locked {
		return l, nil
	}
	err = errors.Join(err, l.Close())
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, fmt.Errorf("lock %s: %w", name, err)
}

// isCurrent tells whether the lock's file still has the name.
func isCurrent(l *flock.Flock, name string) bool {
	held, err := l.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(name)
	return err == nil && os.SameFile(held, there)
}

func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	return fmt.Sprintf("process %d on %s", os.Getpid(), host)
}

// readHolder is who wrote into the lock file. The holder may just be writing.
func readHolder(name string) string {
	for range 10 {
		text, err := os.ReadFile(name)
		if who := strings.TrimSpace(string(text)); err == nil && who != "" {
			return who
		}
		time.Sleep(lockPoll / 10)
	}
	return "another process"
}

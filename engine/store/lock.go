package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
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
	l := newLock(name)
	locked, err := l.TryLock()
	if err == nil && !locked {
		if onWait != nil {
			onWait(readHolder(name))
		}
		locked, err = l.TryLockContext(ctx, lockPoll)
	}
	if !locked {
		err = errors.Join(err, l.Close())
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if err := os.WriteFile(name, []byte(holder()+"\n"), 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), l.Unlock())
	}
	// The file stays: removing it would let two processes hold two files of
	// the same name.
	return l.Unlock, nil
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
	text, err := os.ReadFile(name)
	if who := strings.TrimSpace(string(text)); err == nil && who != "" {
		return who
	}
	return "another process"
}

package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"belljar.build/sandbox"
)

// memoryHog takes so much memory in several processes, none of which alone is
// over 100 MB.
const memoryHog = "for i in 1 2 3 4; do head -c 80m /dev/zero | tail >/dev/null & done; sleep 2; wait; echo done"

func (b *bench) under(t *testing.T, l sandbox.Limits, script string) (status, output string, err error) {
	t.Helper()
	b.limits = l
	return b.run(t.Context(), order{Argv: []string{"/bin/sh", "-c", script}})
}

func TestMemoryLimit(t *testing.T) {
	b := newBench(t)
	if _, output, err := b.under(t, sandbox.Limits{Memory: 128 << 20}, memoryHog); !errors.Is(err, sandbox.ErrMemory) {
		t.Errorf("got %v, want ErrMemory\n%s", err, output)
	}
	if status, output, err := b.under(t, sandbox.Limits{Memory: 2 << 30}, memoryHog); err != nil || status != "ok" {
		t.Errorf("under a limit that is enough: %q %v\n%s", status, err, output)
	}
	if left, _ := filepath.Glob("/sys/fs/cgroup/*/*/*belljar-*"); len(left) > 0 {
		t.Errorf("cgroups are left: %v", left)
	}
}

func TestProcessLimit(t *testing.T) {
	b := newBench(t)
	script := "for i in $(seq 60); do sleep 0.5 & done; wait; echo all"
	status, output, err := b.under(t, sandbox.Limits{Processes: 30}, script)
	if err != nil || status == "ok" || !strings.Contains(strings.ToLower(output), "fork") {
		t.Errorf("got %q, %v\n%s", status, err, output)
	}
	if status, output, err := b.under(t, sandbox.Limits{Processes: 100}, script); err != nil || status != "ok" {
		t.Errorf("under a limit that is enough: %q %v\n%s", status, err, output)
	}
	// Two sandboxes side by side do not share the number.
	b2 := newBench(t)
	ended := make(chan string, 1)
	go func() {
		status, _, _ := b2.under(t, sandbox.Limits{Processes: 100}, script)
		ended <- status
	}()
	status, output, err = b.under(t, sandbox.Limits{Processes: 100}, script)
	if other := <-ended; err != nil || status != "ok" || other != "ok" {
		t.Errorf("side by side: %q and %q, %v\n%s", status, other, err, output)
	}
}

func TestFileSizeLimit(t *testing.T) {
	b := newBench(t)
	status, output, err := b.under(t, sandbox.Limits{FileSize: 1 << 20}, "head -c 2m /dev/zero >/build/big")
	if err != nil || status == "ok" {
		t.Errorf("got %q, %v\n%s", status, err, output)
	}
	if info, err := os.Stat(b.dir + "/build/big"); err != nil || info.Size() != 1<<20 {
		t.Errorf("%v, %v", info, err)
	}
}

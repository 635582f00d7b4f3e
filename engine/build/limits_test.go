package build

import (
	"testing"
	"time"

	"belljar.build/sandbox"
)

func TestParseLimits(t *testing.T) {
	got, err := ParseLimits("memory=4G", "time=2h", "silence=90s", "log=500m", "processes=7", "file-size=12", "memory=5G")
	want := Limits{
		Limits: sandbox.Limits{Memory: 5 << 30, Processes: 7, FileSize: 12},
		Time:   2 * time.Hour, Silence: 90 * time.Second, Log: 500 << 20,
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, word := range []string{"", "memory", "memory=", "memory=0", "memory=-1", "memory=1.5G", "memory=9999999999T", "time=0s", "time=5", "processes=1k", "Memory=1"} {
		if l, err := ParseLimits(word); err == nil {
			t.Errorf("%q is a limit: %+v", word, l)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{1: "1 byte", 1024: "1K", 1 << 30: "1G", 3 << 20: "3M", 1025: "1025 bytes", 2 << 40: "2T"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

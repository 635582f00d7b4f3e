package build

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"belljar.build/engine/plan"
	"belljar.build/sandbox"
)

// Limits are what one build may take. They can only make it fail, so they are
// no part of its key. Zero means no limit, but for those with a default.
type Limits struct {
	sandbox.Limits
	// Time is how long it may take, Silence how long it may print nothing.
	Time, Silence time.Duration
	// Log is how many bytes it may print; 0 means [DefaultLog].
	Log int64
}

// DefaultLog is more than any build prints that does not loop: 1 GiB.
const DefaultLog = 1 << 30

// ErrLimits says that a limit is not written as one.
var ErrLimits = errors.New("bad limit")

// ParseLimits reads words such as "memory=4G processes=2000 file-size=10G
// time=2h silence=30m log=500M". Later words replace earlier ones.
func ParseLimits(words ...string) (Limits, error) {
	var l Limits
	fields := map[string]func(string) error{
		"memory":    func(v string) (err error) { l.Memory, err = ParseSize(v); return err },
		"file-size": func(v string) (err error) { l.FileSize, err = ParseSize(v); return err },
		"log":       func(v string) (err error) { l.Log, err = ParseSize(v); return err },
		"processes": func(v string) (err error) { l.Processes, err = parseCount(v); return err },
		"time":      func(v string) (err error) { l.Time, err = parseDuration(v); return err },
		"silence":   func(v string) (err error) { l.Silence, err = parseDuration(v); return err },
	}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		set, known := fields[name]
		if !ok || !known {
			return Limits{}, fmt.Errorf("%w %q: write NAME=VALUE, the names are %s", ErrLimits, word,
				strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
		if err := set(value); err != nil {
			return Limits{}, fmt.Errorf("%w %q: %w", ErrLimits, word, err)
		}
	}
	return l, nil
}

// ParseSize reads a number of bytes such as "500M".
func ParseSize(text string) (int64, error) {
	digits, unit := text, int64(1)
	if n := len(text); n > 0 {
		if i := strings.IndexByte("KMGT", text[n-1]&^0x20); i >= 0 {
			digits, unit = text[:n-1], 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > (1<<62)/unit {
		return 0, errors.New("a size is a positive number of bytes, or of K, M, G or T")
	}
	return n * unit, nil
}

func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 {
		return 0, errors.New("a number of processes is positive")
	}
	return n, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, errors.New("a time is positive, such as 90s, 30m or 2h")
	}
	return d, nil
}

// limits are those of n's build. The import of a toolchain is belljar's own
// work: it has none.
func (r *realiser) limits(n *plan.Node) Limits {
	if n.Part == "" {
		return Limits{}
	}
	return r.options.Limits
}

// limitError ends a build.
type limitError struct {
	name, said string
}

func (e *limitError) Error() string { return e.said + " (--limit " + e.name + "=)" }

// asFailure finds the limit that ended a build.
func asFailure(cause, err error, l Limits) *limitError {
	var limit *limitError
	switch {
	case errors.As(cause, &limit):
		return limit
	case errors.Is(err, sandbox.ErrMemory):
		return &limitError{"memory", "it took more than " + size(l.Memory) + " of memory"}
	}
	return nil
}

// size is n as people write it.
func size(n int64) string {
	for i, unit := range []string{"T", "G", "M", "K"} {
		if u := int64(1) << (10 * (4 - i)); n >= u && n%u == 0 {
			return strconv.FormatInt(n/u, 10) + unit
		}
	}
	if n == 1 {
		return "1 byte"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// context ends when the build has taken its time.
func (l Limits) context(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	limited, end := context.WithCancelCause(ctx)
	if t := l.Time; t > 0 {
		timer := time.AfterFunc(t, func() { end(&limitError{"time", "it took longer than " + t.String()}) })
		context.AfterFunc(limited, func() { timer.Stop() })
	}
	return limited, end
}

// crowded tells whether a build may have failed for want of processes.
func crowded(processes int64, l Limits) bool {
	most := int64(l.Processes)
	if most == 0 {
		most = sandbox.DefaultProcesses
	}
	return processes >= most-most/8
}

package view

import (
	"time"
)

// slowness is how much slower a slow clock goes.
const slowness = 100_000

// slack is how much older than its making a file's time may be: the kernel
// takes it from its last tick.
const slack = int64(20 * time.Millisecond)

// clock turns times of the machine into those of a sandbox and back. Times are
// nanoseconds since 1970. What is older than the sandbox has the same time in
// both: it was set by somebody, and is no reading of a clock.
type clock struct {
	began int64 // when the sandbox started, by the machine
	start int64 // the same moment, inside
	slow  bool
}

func newClock(c Clock, began time.Time) *clock {
	return &clock{began: began.UnixNano() - slack, start: c.Start * int64(time.Second), slow: c.Slow}
}

// shown is what time it is inside when it is t.
func (c *clock) shown(t int64) int64 {
	switch {
	case t < c.began:
		return t
	case c.slow:
		return c.start + (t-c.began)/slowness
	}
	return c.start + t - c.began
}

// actual is what time it is when it is t inside: the inverse of shown. A time
// that no clock inside has reached yet is nobody's reading: it stays.
func (c *clock) actual(t int64) int64 {
	switch {
	case t < c.start || t > c.shown(time.Now().UnixNano()):
		return t
	case c.slow:
		return c.began + (t-c.start)*slowness
	}
	return c.began + t - c.start
}

package view

import "time"

// slowness is how much slower than the machine's a slow clock ages files.
const slowness = 1_000_000

// slack is how much older than its making a file's time may be: the kernel
// takes it from its last tick.
const slack = 20 * time.Millisecond

// clock turns times of the machine into those of a sandbox and back. Times are
// nanoseconds since 1970. What is older than the sandbox has the same time in
// both: it was set by somebody, and is no reading of a clock.
type clock struct {
	began int64 // when the sandbox started, by the machine
	start int64 // the same moment, inside
	slow  bool
	// files is where the times of files begin: behind a clock that stands, so
	// that none is in the future.
	files int64
}

func newClock(c Clock, began time.Time) *clock {
	k := &clock{began: began.Add(-slack).UnixNano(), start: c.Start * int64(time.Second), slow: c.Slow}
	k.files = k.start
	if c.Slow {
		k.files -= int64(time.Second)
	}
	return k
}

// reading is what a clock inside shows at t.
func (c *clock) reading(t int64) int64 {
	if c.slow {
		return c.start
	}
	return c.start + t - c.began
}

// waits is when, by the machine, a reading of deadline would come if the clock
// went on from now at its usual speed.
func (c *clock) waits(deadline, now int64) int64 { return now + deadline - c.reading(now) }

// shown is the time inside of a file of time t.
func (c *clock) shown(t int64) int64 {
	switch {
	case t < c.began:
		return t
	case c.slow:
		return c.files + (t-c.began)/slowness
	}
	return c.files + t - c.began
}

// actual is the inverse of shown. A time that no file inside can have yet was
// made up: it stays.
func (c *clock) actual(t int64) int64 {
	switch {
	case t < c.files || t > c.shown(time.Now().UnixNano()):
		return t
	case c.slow:
		return c.began + (t-c.files)*slowness
	}
	return c.began + t - c.files
}

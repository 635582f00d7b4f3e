package progress

import (
	"time"

	"belljar.build/engine/build"
)

// likely is how long a build takes, as far as one can tell.
func (i *item) likely() time.Duration {
	if i.expected > 0 {
		return i.expected
	}
	return build.Guess * time.Second
}

// done is how much of it is done, at most nearly all: a build that takes longer
// than the last time is not finished for that.
func (i *item) done(now time.Time) time.Duration {
	switch i.state {
	case stateBuilt, stateFailed:
		return i.likely()
	case stateRunning:
		return min(now.Sub(i.began), i.likely()*95/100)
	}
	return 0
}

// outlook is the share of the work that is done, and a guess at the time that
// the rest takes: at the speed of this run so far, but no less than its longest
// chain. It is negative when most of the work was never seen before, or
// when too little was done to tell.
func (b *Board) outlook(now time.Time, elapsed time.Duration) (share float64, left time.Duration) {
	var all, done, guessed time.Duration
	for _, i := range b.order {
		all += i.likely()
		done += i.done(now)
		if i.expected == 0 {
			guessed += i.likely()
		}
	}
	if all == 0 {
		return 1, 0
	}
	share = float64(done) / float64(all)
	if guessed > all/2 || elapsed < time.Second || done <= 0 {
		return share, -1
	}
	left = time.Duration(float64(all-done) * float64(elapsed) / float64(done))
	return share, max(left, b.chain(now))
}

// chain is the longest row of builds that wait for each other.
func (b *Board) chain(now time.Time) time.Duration {
	longest := map[*item]time.Duration{}
	most := time.Duration(0)
	for _, i := range b.order { // inputs come first
		before := time.Duration(0)
		for _, d := range i.node.Depends {
			if input := b.items[d]; input != nil {
				before = max(before, longest[input])
			}
		}
		longest[i] = before + i.likely() - i.done(now)
		most = max(most, longest[i])
	}
	return most
}

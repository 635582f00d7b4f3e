package jobserver

import (
	"context"
	"slices"
	"sync"
	"time"
)

// tick is how often a pool with several members looks whether an offer was
// taken; a compiler runs for longer.
const tick = 5 * time.Millisecond

// probe is how long a member whose offer was taken back, and who therefore
// cannot show that it wants one, waits for the next.
const probe = 100 * time.Millisecond

// Pool is a number of tokens and those who have them.
type Pool struct {
	mu      sync.Mutex
	free    int
	members []*Member
	waiters []*Place
	ticking bool
}

// Place is one in the row of those that wait to join.
type Place struct {
	pool     *Pool
	priority float64
	joined   chan *Member
}

// New makes a pool of so many tokens, at least one.
func New(tokens int) *Pool { return &Pool{free: max(1, tokens)} }

// Ask takes a place in the row; of several that wait, the one with the highest
// priority comes first. Somebody must wait for it.
func (p *Pool) Ask(priority float64) *Place {
	w := &Place{pool: p, priority: priority, joined: make(chan *Member, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	at, _ := slices.BinarySearchFunc(p.waiters, w, func(a, b *Place) int {
		if a.priority >= b.priority { // of equals, who waits longer
			return -1
		}
		return 1
	})
	p.waiters = slices.Insert(p.waiters, at, w)
	p.balance(time.Now())
	return w
}

// Wait waits for the token that a build starts with. The member must leave.
func (w *Place) Wait(ctx context.Context) (*Member, error) {
	select {
	case m := <-w.joined:
		if ctx.Err() == nil {
			return m, nil
		}
		m.Leave()
		return nil, context.Cause(ctx)
	case <-ctx.Done():
	}
	p := w.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiters, w); i >= 0 {
		p.waiters = slices.Delete(p.waiters, i, i+1)
	} else { // it was granted meanwhile
		p.remove(<-w.joined)
	}
	return nil, context.Cause(ctx)
}

// Join asks and waits.
func (p *Pool) Join(ctx context.Context, priority float64) (*Member, error) {
	return p.Ask(priority).Wait(ctx)
}

// remove takes everything back from a member that is there no more.
func (p *Pool) remove(m *Member) {
	i := slices.Index(p.members, m)
	if i < 0 {
		return
	}
	p.members = slices.Delete(p.members, i, i+1)
	p.free += 1 + m.given
	m.given = 0
	p.balance(time.Now())
}

// balance moves tokens to where they are wanted. The caller holds mu.
func (p *Pool) balance(now time.Time) {
	for _, m := range p.members {
		m.look(now)
	}
	p.admit(now)
	p.offer(now)
	p.rotate(now)
	if !p.ticking && (len(p.waiters) > 0 || p.drawing() > 1) {
		p.ticking = true
		time.AfterFunc(tick, p.again)
	}
}

func (p *Pool) again() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticking = false
	p.balance(time.Now())
}

// drawing counts the members that have pipes.
func (p *Pool) drawing() int {
	n := 0
	for _, m := range p.members {
		if m.pipes != nil {
			n++
		}
	}
	return n
}

// admit lets waiters join, with free tokens or idle ones.
func (p *Pool) admit(now time.Time) {
	for len(p.waiters) > 0 {
		if p.free == 0 && !p.takeBack(nil, now) {
			return
		}
		w := p.waiters[0]
		p.waiters = p.waiters[1:]
		p.free--
		m := &Member{pool: p}
		p.members = append(p.members, m)
		w.joined <- m
	}
}

// offer puts free tokens where fewest are on offer.
func (p *Pool) offer(now time.Time) {
	for p.free > 0 {
		m := p.least(func(m *Member) bool { return m.pipes != nil })
		if m == nil || !m.put(now) {
			return
		}
		p.free--
	}
}

// rotate moves idle tokens to members that have none on offer and seem to want
// one.
func (p *Pool) rotate(now time.Time) {
	for {
		m := p.least(func(m *Member) bool { return m.wants(now) })
		if m == nil || p.free == 0 && !p.takeBack(m, now) || !m.put(now) {
			return
		}
		p.free--
	}
}

// least is the member with the fewest tokens on offer, then the fewest at all.
func (p *Pool) least(which func(*Member) bool) (found *Member) {
	for _, m := range p.members {
		if which(m) && (found == nil || m.idle < found.idle || m.idle == found.idle && m.given < found.given) {
			found = m
		}
	}
	return found
}

// takeBack takes one token that lies idle, from the member with most of them,
// for whoever waits to join or for the member to. For the latter it must have
// lain for a while: a make may be about to take it.
func (p *Pool) takeBack(to *Member, now time.Time) bool {
	var from *Member
	for _, m := range p.members {
		if m != to && m.idle > 0 && (to == nil || now.Sub(m.changed) >= tick) && (from == nil || m.idle > from.idle) {
			from = m
		}
	}
	if from == nil || !from.take(now) {
		return false
	}
	p.free++
	return true
}

package jobserver

import (
	"fmt"
	"os"
	"time"
)

// Member is a build that has joined. Its fields belong to the pool's lock.
type Member struct {
	pool  *Pool
	pipes *pipes // nil without

	given   int       // tokens that it has or that are on offer to it
	idle    int       // of these, on offer
	changed time.Time // when idle last changed
	// took is set when its last offer went by its own doing: it wants more.
	took bool
}

// Pipes are a build's ends, which make reads tokens from and writes them to.
// They are made once; the caller closes them.
func (m *Member) Pipes() (read, write *os.File, err error) {
	p, read, write, err := newPipes()
	if err != nil {
		return nil, nil, fmt.Errorf("make pipes for the jobserver: %w", err)
	}
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.pipes = p
	go m.receive(p.back)
	m.pool.balance(time.Now())
	return read, write, nil
}

// Leave gives everything back. Leaving twice does nothing.
func (m *Member) Leave() {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.pool.remove(m)
	if m.pipes != nil {
		m.pipes.close()
		m.pipes = nil
	}
}

// receive takes returned tokens until nobody is left to return any.
func (m *Member) receive(back *os.File) {
	buf := make([]byte, 4096)
	for {
		n, err := back.Read(buf)
		if n > 0 {
			m.returned(n)
		}
		if err != nil {
			return
		}
	}
}

// returned counts n tokens, but no more than it has: whatever runs inside may
// write what it likes.
func (m *Member) returned(n int) {
	p := m.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.pipes == nil {
		return // it has left, and everything with it
	}
	now := time.Now()
	m.look(now)
	n = min(n, m.given-m.idle)
	m.given -= n
	p.free += n
	p.balance(now)
}

// look counts the tokens on offer.
func (m *Member) look(now time.Time) {
	if m.pipes == nil {
		return
	}
	n := m.pipes.count()
	if n > m.given { // nobody of ours has put that there
		n -= m.pipes.drain(n - m.given)
	}
	n = min(n, m.given)
	if n == m.idle {
		return
	}
	m.took = n == 0
	m.idle, m.changed = n, now
}

// put offers one token; false when that cannot be.
func (m *Member) put(now time.Time) bool {
	if !m.pipes.put() {
		return false
	}
	m.given++
	m.idle++
	m.changed, m.took = now, false
	return true
}

// take takes one token back that is on offer; false when somebody was faster.
func (m *Member) take(now time.Time) bool {
	if m.pipes.drain(1) == 0 {
		m.look(now)
		return false
	}
	m.given--
	m.idle--
	m.changed, m.took = now, false
	return true
}

// wants tells whether an offer would be taken, as far as one can know.
func (m *Member) wants(now time.Time) bool {
	return m.pipes != nil && m.idle == 0 && (m.took || now.Sub(m.changed) >= probe)
}

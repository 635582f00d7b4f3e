package build

import (
	"context"
	"errors"

	"belljar.build/engine/jobserver"
	"belljar.build/engine/plan"
)

// turn is a node whose inputs are there.
type turn struct {
	node     *plan.Node
	priority float64
	place    *jobserver.Place // in the row of those that wait for a token
	// waiting ends when nothing more is to be started; giveUp ends it.
	waiting context.Context
	giveUp  context.CancelCauseFunc
}

// take realises a node when its turn comes.
func (r *realiser) take(ctx context.Context, t turn) (err error) {
	unlock, member, err := r.claim(t)
	defer func() {
		// Before the token is given back: the next one would start with it.
		if err != nil && !(r.options.KeepGoing && errors.Is(err, ErrFailed)) {
			t.giveUp(errGivenUp)
		}
		if member != nil {
			member.Leave()
		}
	}()
	if err != nil {
		return err
	}
	result, err := r.realise(ctx, t.node, member)
	if err := with(err, unlock()); err != nil {
		return err
	}
	r.mu.Lock()
	r.results[t.node] = *result
	r.mu.Unlock()
	r.options.Events.Finished(t.node, *result)
	return nil
}

// claim gets the key's lock and a token. While another process builds the key,
// its own token is free for others; when that process is done there is nothing
// left to build and no token comes along.
func (r *realiser) claim(t turn) (unlock func() error, _ *jobserver.Member, err error) {
	member, err := t.place.Wait(t.waiting)
	if err != nil {
		return nil, nil, err
	}
	n := t.node
	unlock, err = r.options.Store.TryLock(n.Key)
	if unlock != nil || err != nil {
		return unlock, member, err
	}
	member.Leave()
	if unlock, err = r.options.Store.Lock(t.waiting, n.Key, func(holder string) { r.options.Events.Waiting(n, holder) }); err != nil {
		return nil, nil, err
	}
	if _, ok, err := r.options.Store.Lookup(n.Key); err == nil && ok && !r.again(n) {
		return unlock, nil, nil
	}
	if member, err = r.pool.Join(t.waiting, t.priority); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return unlock, member, nil
}

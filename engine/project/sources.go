package project

import (
	"context"
	"fmt"
	"slices"

	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/plan"
)

// Plan makes the graph of the given parts, nil meaning the profile's. Sources
// that neither the profile nor the lock pins by SHA-256 are fetched first,
// all at once, and locked.
func (p *Project) Plan(ctx context.Context, parts []string) (*plan.Graph, error) {
	g, err := plan.Make(p.Profile, plan.Options{Parts: parts, Digest: p.digest})
	if err == nil && len(g.Missing) > 0 {
		if err := p.resolve(ctx, g.Missing); err != nil {
			return nil, err
		}
		g, err = plan.Make(p.Profile, plan.Options{Parts: parts, Digest: p.digest})
	}
	if err != nil {
		return nil, err
	}
	if len(g.Missing) > 0 { // the first pass names them all
		return nil, fmt.Errorf("plan: %s has no hash although it was fetched", g.Missing[0].URL)
	}
	return g, p.checkLocked(g)
}

// digest is a source's locked hash; of a file on this machine, which its owner
// edits, what was read in this run.
func (p *Project) digest(r fetch.Request) string {
	if fetch.IsLocal(r.URL) {
		return p.local[p.lockKey(r)]
	}
	e, _ := p.lock.Lookup(p.lockKey(r))
	return e.SHA256
}

// resolve finds out the hash of sources by fetching them.
func (p *Project) resolve(ctx context.Context, missing []fetch.Request) error {
	for _, r := range missing {
		if p.config.Locked && !fetch.IsLocal(r.URL) {
			return fmt.Errorf("%s: %s: %w", r.Position, r.URL, ErrNotLocked)
		}
	}
	results, err := p.Fetch(ctx, missing)
	if err != nil {
		return err
	}
	p.local = map[string]string{}
	for i, r := range results {
		if fetch.IsLocal(missing[i].URL) {
			p.local[p.lockKey(missing[i])] = r.SHA256
		}
	}
	return nil
}

// checkLocked refuses every source of the graph that the lock does not name,
// or names with another hash than the profile.
func (p *Project) checkLocked(g *plan.Graph) error {
	if !p.config.Locked {
		return nil
	}
	for _, s := range g.Sources {
		e, ok := p.lock.Lookup(p.lockKey(s))
		switch {
		case !ok:
			return fmt.Errorf("%s: %s: %w", s.Position, s.URL, ErrNotLocked)
		case s.SHA256 != e.SHA256:
			return fmt.Errorf("%s: %s: the lock says sha256 %s, the profile %s: %w", s.Position, s.URL, e.SHA256, s.SHA256, ErrNotLocked)
		}
	}
	return nil
}

// complete brings the lock up to date with what was built earlier, and is not
// fetched now, as far as the cache still has it: nothing is fetched for that.
func (p *Project) complete(ctx context.Context, g *plan.Graph) error {
	if p.config.Locked {
		return nil
	}
	cache := fetch.New(fetch.Config{Cache: p.cache, Offline: true, Base: p.dir})
	for _, s := range g.Sources {
		if e, ok := p.lock.Lookup(p.lockKey(s)); ok && e.SHA256 == s.SHA256 {
			continue
		}
		results, err := cache.Fetch(ctx, []fetch.Request{s})
		if err != nil {
			continue
		}
		p.lock.Set(p.lockKey(s), lock.Entry{SHA256: results[0].SHA256, Size: results[0].Size})
	}
	return p.lock.Save()
}

// Fetch brings sources into the cache and locks them.
func (p *Project) Fetch(ctx context.Context, requests []fetch.Request) ([]fetch.Result, error) {
	results, err := p.fetcher.Fetch(ctx, requests)
	if err != nil {
		return nil, err
	}
	if p.config.Locked {
		return results, nil
	}
	for i, r := range results {
		p.lock.Set(p.lockKey(requests[i]), lock.Entry{SHA256: r.SHA256, Size: r.Size})
	}
	return results, p.lock.Save()
}

// Lock fetches every source of the graph, so that the lock names them all. When the
// graph is the whole profile, the lock forgets everything else. It gives the number
// of its entries, and of those that are new or changed.
func (p *Project) Lock(ctx context.Context, g *plan.Graph, whole bool) (total, changed int, err error) {
	if _, err := p.Fetch(ctx, g.Sources); err != nil {
		return 0, 0, err
	}
	if whole {
		keys := slices.Clone(p.remote)
		for _, s := range g.Sources {
			keys = append(keys, p.lockKey(s))
		}
		p.lock.Keep(keys)
		if err := p.lock.Save(); err != nil {
			return 0, 0, err
		}
	}
	now := p.lock.Entries()
	for key, entry := range now {
		if p.before[key] != entry {
			changed++
		}
	}
	return len(now), changed, nil
}

// Package project is a profile together with its lock, its store and its
// sources: what one command of belljar works on. It joins the stations of the
// path (profile, plan, fetch, build) and adds none.
package project

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"belljar.build/engine/build"
	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
	"belljar.build/engine/store"
)

// Config says what to open. The zero value is the profile buildout.cfg in the
// current folder and the user's own store.
type Config struct {
	Profile   string // default "buildout.cfg"
	Overrides []profile.Override
	// Store is the physical store. Default: [store.DefaultDir].
	Store string
	// Cache holds what was fetched. Default: belljar in the user's cache folder.
	Cache string
	// Folders are asked for sources before the network.
	Folders []string
	// Locked refuses every source that the lock does not name.
	Locked bool
	// Offline forbids the network.
	Offline bool
	// Progress is told of downloads.
	Progress fetch.Progress
}

// ErrNotLocked says that --locked met sources that the lock does not name.
var ErrNotLocked = errors.New("not in the lock")

// Project is an open profile.
type Project struct {
	config  Config
	Profile *profile.Profile
	lock    *lock.Lock
	fetcher *fetch.Fetcher
	cache   string
}

// LockName is the lock's file name, beside the profile.
const LockName = "belljar.lock"

// Open reads the profile and its lock.
func Open(c Config) (*Project, error) {
	if c.Profile == "" {
		c.Profile = "buildout.cfg"
	}
	p := &Project{config: c}
	var err error
	if p.Profile, err = profile.Load(c.Profile, profile.LoadOptions{Overrides: c.Overrides}); err != nil {
		return nil, err
	}
	if p.lock, err = lock.Load(filepath.Join(filepath.Dir(c.Profile), LockName)); err != nil {
		return nil, err
	}
	return p, p.openFetcher()
}

func (p *Project) openFetcher() error {
	c := fetch.Config{
		Cache: p.config.Cache, Folders: p.config.Folders, Offline: p.config.Offline,
		Base: filepath.Dir(p.config.Profile), Progress: p.config.Progress,
	}
	if c.Cache == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("find the cache folder: %w", err)
		}
		c.Cache = filepath.Join(dir, "belljar", "sources")
	}
	p.cache = c.Cache
	hosts, err := p.Option("allow-hosts")
	if err != nil {
		return err
	}
	if hosts != "*" {
		c.AllowHosts = strings.Fields(hosts)
	}
	if c.Mirrors, err = p.mirrors(); err != nil {
		return err
	}
	folder, err := p.Option("download-cache")
	if err != nil {
		return err
	}
	if folder != "" {
		c.Folders = append(c.Folders, p.absolute(folder))
	}
	offline, err := p.Option("offline")
	if err != nil {
		return err
	}
	c.Offline = c.Offline || offline == "true"
	p.fetcher = fetch.New(c)
	return nil
}

// mirrors reads [buildout] mirrors: a name and a base URL a line, asked in
// this order for mirror://NAME/... before the built-in ones.
func (p *Project) mirrors() (map[string][]string, error) {
	text, err := p.Option("mirrors")
	if err != nil || text == "" {
		return nil, err
	}
	all := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		if len(fields) != 2 {
			o, _, _ := p.Profile.Raw("buildout", "mirrors")
			return nil, &profile.Error{
				Position: o.Position(), Msg: fmt.Sprintf("mirrors: %q is no mirror", line),
				Hint: "write a name and a base URL a line: debian https://mirror.example/debian",
			}
		}
		all[fields[0]] = append(all[fields[0]], fields[1])
	}
	return all, nil
}

// Option is a substituted option of [buildout], "" when it is not set.
func (p *Project) Option(name string) (string, error) {
	text, _, err := p.Profile.Value("buildout", name)
	return strings.TrimSpace(text), err
}

// absolute resolves a path of the profile against the project's folder.
func (p *Project) absolute(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(p.config.Profile), path)
}

// Plan makes the graph of the given parts, nil meaning the profile's. Sources
// that neither the profile nor the lock pins by SHA-256 are fetched first,
// all at once, and locked.
func (p *Project) Plan(ctx context.Context, parts []string) (*plan.Graph, error) {
	for {
		g, err := plan.Make(p.Profile, plan.Options{Parts: parts, Digest: p.digest})
		if err != nil {
			return nil, err
		}
		if len(g.Missing) == 0 {
			return g, p.checkLocked(g)
		}
		if err := p.resolve(ctx, g.Missing); err != nil {
			return nil, err
		}
	}
}

// digest is a source's locked hash.
func (p *Project) digest(r fetch.Request) string {
	e, _ := p.lock.Lookup(r.URL)
	return e.SHA256
}

// resolve finds out the hash of sources by fetching them.
func (p *Project) resolve(ctx context.Context, missing []fetch.Request) error {
	if p.config.Locked {
		r := missing[0]
		return fmt.Errorf("%s: %s: %w", r.Position, r.URL, ErrNotLocked)
	}
	results, err := p.fetcher.Fetch(ctx, missing)
	if err != nil {
		return err
	}
	for _, r := range results {
		p.lock.Set(r.URL, lock.Entry{SHA256: r.SHA256, Size: r.Size})
	}
	return p.lock.Save()
}

// checkLocked refuses every source of the graph that the lock does not name,
// or names with another hash than the profile.
func (p *Project) checkLocked(g *plan.Graph) error {
	if !p.config.Locked {
		return nil
	}
	for _, s := range g.Sources {
		e, ok := p.lock.Lookup(s.URL)
		switch {
		case !ok:
			return fmt.Errorf("%s: %s: %w", s.Position, s.URL, ErrNotLocked)
		case s.SHA256 != e.SHA256:
			return fmt.Errorf("%s: %s: the lock says sha256 %s, the profile %s: %w", s.Position, s.URL, e.SHA256, s.SHA256, ErrNotLocked)
		}
	}
	return nil
}

// complete adds what was built earlier, and is not fetched now, to the lock,
// as far as the cache still has it: nothing is fetched for that.
func (p *Project) complete(ctx context.Context, g *plan.Graph) error {
	if p.config.Locked {
		return nil
	}
	cache := fetch.New(fetch.Config{Cache: p.cache, Offline: true})
	for _, s := range g.Sources {
		if _, ok := p.lock.Lookup(s.URL); ok {
			continue
		}
		results, err := cache.Fetch(ctx, []fetch.Request{s})
		if err != nil {
			continue
		}
		p.lock.Set(s.URL, lock.Entry{SHA256: results[0].SHA256, Size: results[0].Size})
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
	for _, r := range results {
		p.lock.Set(r.URL, lock.Entry{SHA256: r.SHA256, Size: r.Size})
	}
	return results, p.lock.Save()
}

// Lock fetches every source of the graph, so that the lock names them all.
// When the graph is the whole profile, the lock forgets everything else.
func (p *Project) Lock(ctx context.Context, g *plan.Graph, whole bool) error {
	if _, err := p.Fetch(ctx, g.Sources); err != nil || !whole {
		return err
	}
	urls := make([]string, len(g.Sources))
	for i, s := range g.Sources {
		urls[i] = s.URL
	}
	p.lock.Keep(urls)
	return p.lock.Save()
}

// OpenStore opens the store of this run.
func (p *Project) OpenStore() (*store.Store, error) {
	dir := p.config.Store
	if dir == "" {
		dir = store.DefaultDir()
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	return store.Open(abs)
}

// Build realises the graph.
func (p *Project) Build(ctx context.Context, s *store.Store, g *plan.Graph, jobs int, events build.Events) (map[*plan.Node]build.Result, error) {
	results, err := build.Realise(ctx, g, build.Options{Store: s, Fetch: p.Fetch, Jobs: jobs, Events: events})
	if err != nil {
		return results, err
	}
	return results, p.complete(ctx, g)
}

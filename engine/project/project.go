// Package project is a profile together with its lock, its store and its
// sources: what one command of belljar works on. It joins the stations of the
// path (profile, plan, fetch, build) and adds none.
package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/inspect"
	"belljar.build/engine/audit/policy"
	"belljar.build/engine/build"
	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
	"belljar.build/engine/store"
	"belljar.build/rootfs/toolchain"
)

// Config says what to open. The zero value is the profile buildout.cfg in the
// current folder and the user's own store.
type Config struct {
	Profile   string // default "buildout.cfg"; may be a URL
	Overrides []profile.Override
	// Store is the physical store. Default: [store.DefaultDir].
	Store string
	// Cache holds what was fetched. Default: belljar in the user's cache folder.
	Cache string
	// Folders are asked for sources before the network.
	Folders []string
	// Locked refuses every source, and every profile at a URL, that the lock
	// does not name.
	Locked bool
	// Update forgets what the lock says, before anything is read.
	Update bool
	// NoUserDefaults leaves out the user's own ~/.buildout/default.cfg.
	NoUserDefaults bool
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
	dir     string // the project's folder: where the profile lies, or, of one at a URL, the current one
	lock    *lock.Lock
	before  map[string]lock.Entry // what the lock said at the start
	remote  []string              // profiles at a URL, as the lock names them
	local   map[string]string     // lock key -> SHA-256 of files on this machine, as read in this run
	fetcher *fetch.Fetcher
	cache   string
	folders []string // of the profile's files, absolute; the root's first
}

// LockName is the lock's file name, beside the profile.
const LockName = "belljar.lock"

// Open reads the profile and its lock.
func Open(ctx context.Context, c Config) (*Project, error) {
	if c.Profile == "" {
		c.Profile = "buildout.cfg"
	}
	var err error
	if c.Cache, err = cacheDir(c.Cache); err != nil {
		return nil, err
	}
	p := &Project{config: c, dir: filepath.Dir(c.Profile)}
	if strings.Contains(c.Profile, "://") {
		p.dir = "."
	}
	if p.lock, err = lock.Load(filepath.Join(p.dir, LockName)); err != nil {
		return nil, err
	}
	p.before = p.lock.Entries()
	if c.Update {
		p.lock.Keep(nil)
	}
	r := &remote{ctx: ctx, config: c, lock: p.lock, dir: p.dir}
	p.Profile, err = profile.Load(c.Profile, profile.LoadOptions{
		Overrides: c.Overrides, UserDefaults: userDefaults(c), Remote: r.text,
	})
	if err != nil {
		return nil, err
	}
	p.remote = r.read
	if err := p.findFolders(); err != nil {
		return nil, fmt.Errorf("find the profile's folders: %w", err)
	}
	return p, p.openFetcher()
}

// userDefaults is the file that Buildout reads before every profile, if the user
// has one: $BUILDOUT_HOME/default.cfg or ~/.buildout/default.cfg.
func userDefaults(c Config) string {
	home := os.Getenv("BUILDOUT_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		home = filepath.Join(user, ".buildout")
	}
	file := filepath.Join(home, "default.cfg")
	if _, err := os.Stat(file); err != nil || c.NoUserDefaults {
		return ""
	}
	return file
}

// Parts names everything that could be built: the sections with a recipe.
func (p *Project) Parts() ([]string, error) {
	var names []string
	for _, section := range p.Profile.Sections() {
		o, ok, err := p.Profile.Raw(section, "recipe")
		if err != nil {
			return nil, err
		}
		if ok && o.Value != "" && section != "buildout" {
			names = append(names, section)
		}
	}
	return names, nil
}

// OpenStore opens the store of this run.
func (p *Project) OpenStore() (*store.Store, error) { return OpenStore(p.config) }

// OpenStore opens the store that the configuration names. No profile is read.
func OpenStore(c Config) (*store.Store, error) {
	dir, err := c.storeDir()
	if err != nil {
		return nil, err
	}
	return store.Open(dir)
}

// storeDir is the physical store, absolute.
func (c Config) storeDir() (string, error) {
	dir, err := filepath.Abs(cmp.Or(c.Store, store.DefaultDir()))
	if err != nil {
		return "", fmt.Errorf("open store: %w", err)
	}
	return dir, nil
}

// Shell opens a shell in the sandbox of a part's build and returns its exit
// status. What the part declares is built first.
func (p *Project) Shell(ctx context.Context, g *plan.Graph, part string, o build.Options, s build.ShellOptions) (int, error) {
	o.Fetch = p.Fetch
	return build.Shell(ctx, g, g.Part(part), o, s)
}

// Build realises the graph, and holds every part against the audit's policy:
// those that are built before they get into the store, those that are reused
// afterwards. The options' Fetch and Inspect are the project's.
func (p *Project) Build(ctx context.Context, g *plan.Graph, o build.Options) (map[*plan.Node]build.Result, error) {
	o.Fetch = p.Fetch
	rules, err := p.Policy(g)
	if err != nil {
		return nil, err
	}
	i := inspect.New(o.Store, g, rules)
	i.Warn = o.Events.Warning
	if rules.Build != policy.Off {
		o.Inspect = i.Before
	}
	results, err := build.Realise(ctx, g, o)
	if err == nil && rules.Build != policy.Off {
		err = i.Settle(ctx, results)
	}
	if err != nil {
		return results, err
	}
	return results, p.complete(ctx, g)
}

// Policy is what the profile says that audits hold its parts against.
func (p *Project) Policy(g *plan.Graph) (*audit.Policy, error) {
	release, err := toolchain.Load(g.Release)
	if err != nil {
		return nil, err
	}
	return policy.Read(p.Profile, release.GLibC())
}

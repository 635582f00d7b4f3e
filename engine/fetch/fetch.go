package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Config says where to look and how hard. Only Cache must be given.
type Config struct {
	// Cache is the folder of everything that was ever fetched. It may be shared
	// by any number of processes. Example: "/home/u/.cache/belljar".
	Cache string
	// Folders are searched by file name before the network is asked. A file
	// there with another hash is passed over. Example: "/srv/distfiles".
	Folders []string
	// Mirrors are the base URLs (http, https, file) that mirror://NAME stands
	// for, in the order of asking. For debian and debian-security they go before
	// the machine's own apt mirrors and snapshot.debian.org.
	Mirrors map[string][]string
	// AllowHosts are shell globs; when there are any, no other host is asked,
	// not even by a redirect. Example: "*.debian.org".
	AllowHosts []string
	// Offline forbids the network.
	Offline bool
	// Base is the folder of relative paths. Default: the current folder.
	Base string
	// Parallel is how many files are fetched at once. Default: 4.
	Parallel int
	// Retries is how often one URL is asked again after a failure that may pass.
	// Default: 4; negative: never.
	Retries int
	// Timeout is how long a server may send nothing at all. Default: 1 minute.
	Timeout time.Duration
	// MaxSize is how large a file from the network may be, in bytes. Default: any.
	MaxSize int64
	// Progress is told of downloads. Default: nobody is.
	Progress Progress
}

// Fetcher fetches files into one cache. It is safe for concurrent use.
type Fetcher struct {
	config  Config
	client  *http.Client
	apt     func() aptMirrors                              // read at most once
	wait    func(n int, asked time.Duration) time.Duration // before a retry; tests do not wait
	fetched sync.Map                                       // URL -> SHA-256, of what this Fetcher brought in
}

// New makes a Fetcher. It touches neither disk nor network.
func New(c Config) *Fetcher {
	if c.Parallel <= 0 {
		c.Parallel = 4
	}
	if c.Retries == 0 {
		c.Retries = 4
	}
	if c.Timeout <= 0 {
		c.Timeout = time.Minute
	}
	return &Fetcher{
		config: c,
		client: newClient(c.AllowHosts),
		apt:    sync.OnceValue(func() aptMirrors { return readApt(aptFolder) }),
		wait:   wait,
	}
}

// Fetch brings in every file that is asked for. The results stand in the order
// of the requests; one that failed has an empty Path. The error joins an *Error
// for each request that failed; if ctx was cancelled it wraps ctx's error too.
func (f *Fetcher) Fetch(ctx context.Context, requests []Request) ([]Result, error) {
	if err := f.makeCache(); err != nil {
		return nil, err
	}
	results := make([]Result, len(requests))
	failures := make([]error, len(requests))
	var group errgroup.Group
	group.SetLimit(f.config.Parallel)
	for i, request := range requests {
		group.Go(func() error {
			if ctx.Err() == nil {
				results[i], failures[i] = f.fetchOne(ctx, request)
			}
			return nil
		})
	}
	group.Wait() // its functions give no errors
	if err := context.Cause(ctx); err != nil {
		failures = append(failures, fmt.Errorf("fetch: %w", err))
	}
	return results, errors.Join(failures...)
}

// place is somewhere that a file may be had from.
type place struct {
	name string // for people
	ask  func() (Result, error)
}

// fetchOne asks one place after the other. When ctx is cancelled it gives no
// error: Fetch says that once for all.
func (f *Fetcher) fetchOne(ctx context.Context, given Request) (Result, error) {
	req, err := given.complete()
	if err != nil {
		return Result{}, &Error{Request: given, Err: err}
	}
	candidates, err := f.candidates(req.URL)
	if err != nil {
		return Result{}, &Error{Request: req, Err: err}
	}
	failure := &Error{Request: req}
	for _, p := range f.places(ctx, req, candidates) {
		result, err := p.ask()
		if err == nil {
			f.clearFailed(result, candidates)
			return result, nil
		}
		if ctx.Err() != nil {
			return Result{}, nil
		}
		if errors.Is(err, errAbsent) {
			continue
		}
		failure.Attempts = append(failure.Attempts, Attempt{p.name, err})
		if errors.Is(err, ErrCache) {
			break // no other place can help a full disk
		}
	}
	if f.config.Offline && slices.ContainsFunc(candidates, isRemote) {
		failure.Err = f.offlineError(req)
	}
	return Result{}, failure
}

// places are where req may be had from, in the order of asking. The cache comes
// first, but not for what lies on this machine: that may be edited at any time,
// and a file that differs from its pin is to be reported, not hidden.
func (f *Fetcher) places(ctx context.Context, req Request, candidates []string) []place {
	var all []place
	if !IsLocal(req.URL) {
		all = append(all, place{FromCache, func() (Result, error) { return f.cached(req) }})
		for _, folder := range f.config.Folders {
			all = append(all, place{filepath.Join(folder, req.Name), func() (Result, error) {
				return f.fromFolder(ctx, req, folder)
			}})
		}
	}
	for _, candidate := range candidates {
		if isRemote(candidate) && f.config.Offline {
			continue
		}
		all = append(all, place{redact(candidate), func() (Result, error) {
			if isRemote(candidate) {
				return f.fromNetwork(ctx, req, candidate)
			}
			path, err := f.localPath(candidate)
			if err != nil {
				return Result{}, err
			}
			return f.fromFile(ctx, req, path)
		}})
	}
	return all
}

func isRemote(candidate string) bool { return !IsLocal(candidate) }

// clearFailed clears away what downloads left that failed before result came.
func (f *Fetcher) clearFailed(result Result, candidates []string) {
	if result.From == FromCache {
		return
	}
	for _, candidate := range candidates {
		if isRemote(candidate) {
			f.clearPartial(candidate)
		}
	}
}

// offlineError says what the user can do without a network.
func (f *Fetcher) offlineError(req Request) error {
	what := req.Name
	if pins := req.pins(); len(pins) > 0 {
		strongest := slices.MaxFunc(pins, func(a, b pin) int { return len(a.Hex) - len(b.Hex) })
		what += " (" + strongest.String() + ")"
	}
	where := "a folder that download-cache or BELLJAR_DISTFILES names"
	if len(f.config.Folders) > 0 {
		where = strings.Join(f.config.Folders, " or ")
	}
	return fmt.Errorf("%w: put %s into %s", ErrOffline, what, where)
}

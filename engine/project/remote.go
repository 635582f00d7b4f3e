package project

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/renameio/v2"

	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/profile"
)

// remote reads the profiles that are extended from the network, through the
// fetcher, the cache and the lock that sources go through. What decides how
// stands in [buildout] of the root profile, before anything is extended.
type remote struct {
	ctx    context.Context
	config Config
	lock   *lock.Lock
	dir    string // the project's folder

	mu   sync.Mutex
	read []string // URLs, as the lock names them
}

// remoteError is an error of the fetcher, in the words of package profile.
type remoteError struct {
	error
	absent bool
}

func (e *remoteError) Unwrap() error { return e.error }

func (e *remoteError) Is(target error) bool {
	return target == profile.ErrFetch || e.absent && target == fs.ErrNotExist
}

// text gives a profile at a URL.
func (r *remote) text(f profile.RemoteFile) (string, error) {
	if fetch.IsLocal(f.URL) {
		return "", &remoteError{error: fmt.Errorf("%s: this is no URL of the network", f.Name)}
	}
	result, err := r.fetch(f)
	var placed *profile.Error
	if errors.As(err, &placed) {
		return "", err
	}
	if err != nil {
		// What was optional and absent when the lock was made is not in it, and
		// stays absent.
		return "", &remoteError{err, errors.Is(err, fetch.ErrNotFound) || errors.Is(err, ErrNotLocked)}
	}
	r.mu.Lock()
	r.read = append(r.read, f.Name)
	r.mu.Unlock()
	if !r.config.Locked {
		r.lock.Set(f.Name, lock.Entry{SHA256: result.SHA256, Size: result.Size})
	}
	data, err := os.ReadFile(result.Path)
	if err != nil {
		return "", &remoteError{error: fmt.Errorf("read profile from the cache: %w", err)}
	}
	return string(data), nil
}

func (r *remote) fetch(f profile.RemoteFile) (fetch.Result, error) {
	c, folder, err := r.settings(f)
	if err != nil {
		return fetch.Result{}, err
	}
	// Where files go by their names, a profile is called by its URL's MD5:
	// every second one is a buildout.cfg.
	sum := md5.Sum([]byte(f.URL))
	request := fetch.Request{URL: f.URL, Name: hex.EncodeToString(sum[:]), Title: f.Name}
	result, err := r.choose(f, c, request)
	if err != nil || folder == "" {
		return result, err
	}
	return result, keep(result, filepath.Join(folder, request.Name))
}

// choose asks the network and the caches in the order that the lock, offline and
// newest say.
func (r *remote) choose(f profile.RemoteFile, c fetch.Config, request fetch.Request) (fetch.Result, error) {
	if e, ok := r.lock.Lookup(f.Name); ok {
		request.SHA256 = e.SHA256
		return r.one(c, request)
	}
	if r.config.Locked {
		return fetch.Result{}, fmt.Errorf("%s: %w", f.Name, ErrNotLocked)
	}
	kept := c // asks nobody but the caches
	kept.Offline = true
	newest, err := flag(f, "newest")
	if err != nil {
		return fetch.Result{}, err
	}
	if c.Offline || !newest {
		result, err := r.one(kept, request)
		if err == nil || c.Offline {
			return result, err
		}
	}
	// The newest comes from the network, and the extends-cache serves when
	// there is none.
	fresh := c
	fresh.Folders = nil
	result, err := r.one(fresh, request)
	if err != nil && len(c.Folders) > 0 && r.ctx.Err() == nil && !errors.Is(err, fetch.ErrHost) {
		if result, err := r.one(kept, request); err == nil {
			return result, nil
		}
	}
	return result, err
}

// one fetches one file.
func (r *remote) one(c fetch.Config, request fetch.Request) (fetch.Result, error) {
	results, err := fetch.New(c).Fetch(r.ctx, []fetch.Request{request})
	if err != nil {
		return fetch.Result{}, err
	}
	return results[0], nil
}

// keep puts a copy into the extends-cache, unless it is there.
func keep(result fetch.Result, path string) error {
	data, err := os.ReadFile(result.Path)
	if err == nil {
		if there, err := os.ReadFile(path); err == nil && bytes.Equal(there, data) {
			return nil
		}
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = renameio.WriteFile(path, data, 0o644, renameio.WithTempDir(filepath.Dir(path)))
	}
	if err != nil {
		return fmt.Errorf("write extends-cache: %w", err)
	}
	return nil
}

// settings are the fetcher's, and the extends-cache's folder, "" without one.
func (r *remote) settings(f profile.RemoteFile) (c fetch.Config, folder string, err error) {
	values := map[string]string{}
	places := map[string]profile.Position{}
	for _, option := range []string{"allow-hosts", "offline", "newest", "mirrors", "socket-timeout", "extends-cache"} {
		text, at, err := f.Setting(option)
		if err == nil && strings.Contains(text, "${") {
			err = &profile.Error{
				Position: at, Msg: option + " is needed for " + f.Name + " before anything is substituted",
				Hint: "write it out, or extend files from this machine only", Err: profile.ErrSyntax,
			}
		}
		if err != nil {
			return c, "", err
		}
		values[option], places[option] = text, at
	}
	offline, err := flag(f, "offline")
	if err != nil {
		return c, "", err
	}
	c = fetch.Config{Cache: r.config.Cache, Base: r.dir, Progress: r.config.Progress, Offline: r.config.Offline || offline}
	c.MaxSize = profile.MaxFile
	c.AllowHosts = allowedHosts(values["allow-hosts"])
	if c.Timeout, err = parseTimeout(values["socket-timeout"], places["socket-timeout"]); err != nil {
		return c, "", err
	}
	if c.Mirrors, err = parseMirrors(values["mirrors"], places["mirrors"]); err != nil {
		return c, "", err
	}
	if err := checkMirrors(c.Mirrors, places["mirrors"]); err != nil {
		return c, "", err
	}
	if folder = values["extends-cache"]; folder != "" {
		if at := places["extends-cache"]; strings.Contains(at.File, "://") {
			return c, "", &profile.Error{
				Position: at, Msg: "extends-cache: a profile from the network cannot choose a folder of this machine to write into",
				Hint: "set it on the command line or in the user's defaults", Err: profile.ErrSyntax,
			}
		}
		folder = inFolder(r.dir, folder)
		c.Folders = []string{folder}
	}
	return c, folder, nil
}

func flag(f profile.RemoteFile, option string) (bool, error) {
	text, at, err := f.Setting(option)
	if err != nil {
		return false, err
	}
	if text != "true" && text != "false" {
		return false, &profile.Error{Position: at, Msg: fmt.Sprintf("%s: %q is neither true nor false", option, text), Hint: "write true or false, in lower case"}
	}
	return text == "true", nil
}

// checkMirrors keeps a profile from the network from reading files of this machine
// by calling them a mirror.
func checkMirrors(mirrors map[string][]string, at profile.Position) error {
	if !strings.Contains(at.File, "://") {
		return nil
	}
	for name, bases := range mirrors {
		for _, base := range bases {
			if fetch.IsLocal(base) {
				return &profile.Error{
					Position: at, Msg: fmt.Sprintf("mirrors: a profile from the network cannot make a folder of this machine the mirror %q", name),
					Hint: "name an http or https URL", Err: profile.ErrSyntax,
				}
			}
		}
	}
	return nil
}

// allowedHosts are the globs of allow-hosts; none when every host is allowed.
func allowedHosts(text string) []string {
	globs := strings.Fields(text)
	for _, g := range globs {
		if g == "*" {
			return nil
		}
	}
	return globs
}

// inFolder resolves a path of the profile, which may start with ~/.
func inFolder(dir, path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

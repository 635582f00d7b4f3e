package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

// errAbsent: a place that may or may not have a file does not have it. This is
// no news, and no part of an error that the user reads.
var errAbsent = errors.New("absent")

// lockPoll is how often a lock that another one holds is asked for again.
const lockPoll = 20 * time.Millisecond

// path is a file of the cache. name is always made by this package: hex digits.
func (f *Fetcher) path(kind, name string) string {
	return filepath.Join(f.config.Cache, kind, name)
}

// makeCache makes the cache's folders.
func (f *Fetcher) makeCache() error {
	if f.config.Cache == "" {
		return fmt.Errorf("%w: no folder was given", ErrCache)
	}
	for _, kind := range []string{"sha256", "url", "partial", "lock"} {
		if err := os.MkdirAll(f.path(kind, ""), 0o755); err != nil {
			return cacheError("make folder", err)
		}
	}
	return nil
}

func cacheError(what string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrCache, what, err)
}

// cached gives req's file out of the cache, after reading all of it: the cache
// is a folder of the user's, and disks fail. Without a file it is errAbsent.
func (f *Fetcher) cached(req Request) (Result, error) {
	sum, pinned := req.sha256(), true
	if sum == "" {
		sum, pinned = f.recall(req), false
	}
	if sum == "" {
		return Result{}, errAbsent
	}
	path := f.path("sha256", sum)
	file, err := openRegular(path)
	if errors.Is(err, ErrNotFound) {
		return Result{}, errAbsent
	}
	if err != nil {
		return Result{}, cacheError("open file", err)
	}
	defer file.Close()
	s, err := measure(file, req.pins())
	if err != nil {
		return Result{}, cacheError("read file", err)
	}
	if s.hex["sha256"] != sum {
		// It is replaced by the next good copy; to remove it here would race
		// with a process that has just done so.
		return Result{}, fmt.Errorf("%w: the cached file is damaged: it has sha256 %s", ErrMismatch, s.hex["sha256"])
	}
	if err := s.match(req.pins(), path); err != nil {
		if pinned {
			return Result{}, err
		}
		return Result{}, errAbsent // the URL has other bytes by now
	}
	return req.result(path, s, FromCache), nil
}

func (r Request) result(path string, s sums, from string) Result {
	return Result{Request: r, Path: path, SHA256: s.hex["sha256"], Size: s.size, From: from, Weak: r.weak()}
}

// recall is the SHA-256 that req's URL gave last, or "". What no digest checks
// is asked for again, unless this Fetcher had it itself or the network is off.
func (f *Fetcher) recall(req Request) string {
	if sum, ok := f.fetched.Load(req.URL); ok {
		return sum.(string)
	}
	if len(req.pins()) == 0 && !f.config.Offline {
		return ""
	}
	text, err := os.ReadFile(f.path("url", hashOf(req.URL)))
	sum := strings.TrimSpace(string(text))
	if err != nil || (Digest{"sha256", sum}).check() != nil {
		return ""
	}
	return sum
}

// remember is what recall asks. Local files are always read anew.
func (f *Fetcher) remember(url, sum string) error {
	if IsLocal(url) {
		return nil
	}
	f.fetched.Store(url, sum)
	err := renameio.WriteFile(f.path("url", hashOf(url)), []byte(sum+"\n"), 0o644, renameio.WithTempDir(f.path("url", "")))
	if err != nil {
		return cacheError("write index", err)
	}
	return nil
}

// admit checks the complete file part against req's pins, gives it its final
// name and remembers what the URL gave. The caller holds the lock of its place. A file that fails is deleted: its bytes are of no use to anyone.
func (f *Fetcher) admit(req Request, part, from string) (Result, error) {
	file, err := os.Open(part)
	if err != nil {
		return Result{}, cacheError("open file", err)
	}
	defer file.Close()
	s, err := measure(file, req.pins())
	if err != nil {
		return Result{}, cacheError("read file", err)
	}
	if err := s.match(req.pins(), redact(from)); err != nil {
		return Result{}, errors.Join(err, os.Remove(part))
	}
	if err := errors.Join(file.Chmod(0o444), file.Sync()); err != nil {
		return Result{}, cacheError("sync file", err)
	}
	path := f.path("sha256", s.hex["sha256"])
	if err := os.Rename(part, path); err != nil {
		return Result{}, cacheError("rename file", err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return Result{}, cacheError("sync folder", err)
	}
	// Here, under the place's lock: whoever waits for it looks there next.
	if err := f.remember(req.URL, s.hex["sha256"]); err != nil {
		return Result{}, err
	}
	return req.result(path, s, redact(from)), nil
}

// lock makes this the only one, of all belljar processes on this cache, that
// fetches from place. An error wraps ErrCache or is the context's.
func (f *Fetcher) lock(ctx context.Context, place string) (unlock func() error, err error) {
	l := flock.New(f.path("lock", hashOf(place)))
	if _, err := l.TryLockContext(ctx, lockPoll); err != nil {
		return nil, cacheError("lock "+redact(place), err)
	}
	return l.Unlock, nil
}

// openRegular opens path for reading and refuses what is no regular file; an
// error wraps ErrNotFound or ErrUnavailable. It does not wait for the other end
// of a pipe.
func openRegular(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return file, nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// hashOf is the name of what belongs to a URL or a path in the cache.
func hashOf(place string) string {
	sum := sha256.Sum256([]byte(place))
	return hex.EncodeToString(sum[:])
}

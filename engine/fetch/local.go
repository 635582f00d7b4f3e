package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// fromFolder looks for req in one of the user's folders. The name is one path
// element (see isFileName); a link in the folder is followed, since such folders
// are often full of them, and since it was the user who put it there.
func (f *Fetcher) fromFolder(ctx context.Context, req Request, folder string) (Result, error) {
	result, err := f.fromFile(ctx, req, filepath.Join(folder, req.Name))
	if errors.Is(err, ErrNotFound) {
		return Result{}, errAbsent
	}
	return result, err
}

// fromFile copies path into the cache. It never links: the file stays the
// user's, who may change it at any time.
func (f *Fetcher) fromFile(ctx context.Context, req Request, path string) (_ Result, err error) {
	in, err := openRegular(path)
	if err != nil {
		return Result{}, err
	}
	defer in.Close()
	unlock, err := f.lock(ctx, path)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	part := f.path("partial", hashOf(path)+".part")
	if err := copyFile(ctx, in, part); err != nil {
		return Result{}, err
	}
	return f.admit(req, part, path)
}

func copyFile(ctx context.Context, in io.Reader, part string) error {
	// One left by a killed process may be read-only already.
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return cacheError("remove file", err)
	}
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cacheError("make file", err)
	}
	m := &meter{from: in, each: func(int) error { return ctx.Err() }}
	_, err = io.Copy(out, m)
	if err := errors.Join(err, out.Close()); err == nil {
		return nil
	} else if m.err != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrUnavailable, m.err), os.Remove(part))
	} else {
		return errors.Join(cacheError("write file", err), os.Remove(part))
	}
}

// localPath is the file that a local URL names.
func (f *Fetcher) localPath(source string) (string, error) {
	path := source
	if strings.Contains(source, "://") {
		u, err := parseURL(source)
		if err != nil {
			return "", err
		}
		if u.Host != "" && u.Host != "localhost" {
			return "", fmt.Errorf("%w: file URL names the host %q: write file:///path", ErrRequest, u.Host)
		}
		if path, err = url.PathUnescape(u.EscapedPath()); err != nil {
			return "", fmt.Errorf("%w: decode %q: %v", ErrRequest, source, err)
		}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(f.config.Base, path)
	}
	return filepath.Abs(path)
}

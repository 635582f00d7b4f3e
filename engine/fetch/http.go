package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const redirectLimit = 10

var (
	errRedirect = errors.New("redirected too often, or to no web address")
	errStalled  = errors.New("no byte came for too long")
)

// newClient is a client whose every host, redirects included, obeys allow-hosts.
func newClient(allowHosts []string) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() // proxies of the environment
	transport.DisableCompression = true                          // the hash is of the server's bytes
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) > redirectLimit || (to.URL.Scheme != "http" && to.URL.Scheme != "https") {
				return errRedirect
			}
			// net/http sends a URL's password to that URL's host only; but the
			// address of the page before may hold a token too.
			to.Header.Del("Referer")
			return allowed(allowHosts, to.URL)
		},
	}
}

// fromNetwork downloads target into the cache.
func (f *Fetcher) fromNetwork(ctx context.Context, req Request, target string) (_ Result, err error) {
	u, err := parseURL(target)
	if err != nil {
		return Result{}, err
	}
	if err := errors.Join(checkWeb(u), allowed(f.config.AllowHosts, u)); err != nil {
		return Result{}, err
	}
	unlock, err := f.lock(ctx, target)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	// Whoever held the lock may have fetched it.
	if result, err := f.cached(req); err == nil {
		return result, nil
	}
	result, spliced, err := f.downloadAndCheck(ctx, req, target)
	if spliced && errors.Is(err, ErrMismatch) {
		// The old bytes may be at fault, not the server: ask once for the whole.
		result, _, err = f.downloadAndCheck(ctx, req, target)
	}
	return result, err
}

// downloadAndCheck also says whether the bytes are of more than one answer.
func (f *Fetcher) downloadAndCheck(ctx context.Context, req Request, target string) (_ Result, spliced bool, err error) {
	p, err := f.openPartial(target, len(req.pins()) > 0)
	if err != nil {
		return Result{}, false, err
	}
	defer p.file.Close()
	r := &report{progress: f.config.Progress, name: cmp.Or(req.Title, req.Name)}
	defer func() { r.done(err) }()
	err = f.retry(ctx, func() error { return f.download(ctx, target, p, r) })
	if err != nil {
		if size, _ := p.size(); size == 0 || errors.Is(err, ErrNotFound) {
			err = errors.Join(err, p.remove()) // nothing to go on with, or never to be completed
		}
		return Result{}, p.spliced, err
	}
	result, err := f.admit(req, p.path, target)
	if err == nil || errors.Is(err, ErrMismatch) {
		err = errors.Join(err, p.remove())
	}
	return result, p.spliced, err
}

// checkWeb refuses what net/http cannot ask; a mirror may be configured so.
func checkWeb(u *url.URL) error {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%w: it is no http or https URL with a host", ErrRequest)
	}
	return nil
}

// download asks for target once, from the byte on that p has come to.
func (f *Fetcher) download(ctx context.Context, target string, p *partial, r *report) error {
	offset, err := p.size()
	if err != nil || (offset > 0 && offset == p.mark.Total) {
		return err // complete: only its check was still to come
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(f.config.Timeout, func() { cancel(errStalled) })
	defer timer.Stop()
	answer, err := f.ask(ctx, target, p, offset)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if err := p.accept(answer, offset); err != nil {
		return err
	}
	if offset, err = p.size(); err != nil {
		return err
	}
	if err := f.checkSize(p.mark.Total); err != nil {
		return err
	}
	r.start(p.mark.Total)
	r.reach(offset)
	body := &meter{from: answer.Body, each: func(n int) error {
		timer.Reset(f.config.Timeout)
		offset += int64(n)
		r.reach(offset)
		return f.checkSize(offset)
	}}
	if _, err := io.Copy(p.file, body); errors.Is(body.err, ErrTooLarge) {
		return errors.Join(body.err, p.restart(mark{Total: -1}))
	} else if body.err != nil {
		return &transient{reason: causeOr(ctx, body.err)}
	} else if err != nil {
		return cacheError("write partial file", err)
	}
	return p.checkLength()
}

// checkSize refuses a file that is larger than asked for; -1 stands for an unknown size.
func (f *Fetcher) checkSize(bytes int64) error {
	if f.config.MaxSize > 0 && bytes > f.config.MaxSize {
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, f.config.MaxSize)
	}
	return nil
}

// ask sends the request; offset bytes of the file are there already.
func (f *Fetcher) ask(ctx context.Context, target string, p *partial, offset int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrRequest, err)
	}
	request.Header.Set("User-Agent", "belljar")
	request.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		request.Header.Set("If-Range", p.mark.Validator)
	}
	answer, err := f.client.Do(request)
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // the place is named by whoever reports this
	}
	if err != nil {
		return nil, askError(causeOr(ctx, err))
	}
	return answer, nil
}

// accept makes p ready for the body of answer, which was asked for from offset.
func (p *partial) accept(answer *http.Response, offset int64) error {
	switch answer.StatusCode {
	case http.StatusOK: // the server knows no ranges, or the file has changed
		return p.restart(markOf(answer))
	case http.StatusPartialContent:
		var first, last, total int64
		_, err := fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-%d/%d", &first, &last, &total)
		if err == nil && offset > 0 && first == offset && (p.mark.Total < 0 || p.mark.Total == total) {
			p.mark.Total, p.spliced = total, true
			return nil
		}
	case http.StatusRequestedRangeNotSatisfiable:
	default:
		return statusError(answer)
	}
	reason := fmt.Errorf("range from %d was answered with %d and range %q", offset, answer.StatusCode, answer.Header.Get("Content-Range"))
	if err := p.restart(mark{Total: -1}); err != nil {
		return err
	}
	return &transient{reason: reason}
}

// checkLength refuses a body that ended early without an error.
func (p *partial) checkLength() error {
	size, err := p.size()
	if err != nil || p.mark.Total < 0 || size == p.mark.Total {
		return err
	}
	err = &transient{reason: fmt.Errorf("%d bytes came of %d", size, p.mark.Total)}
	if size > p.mark.Total {
		return errors.Join(err, p.restart(mark{Total: -1}))
	}
	return err
}

// causeOr is why ctx was cancelled, if it was: a better reason than err.
func causeOr(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

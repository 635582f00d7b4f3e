package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The retries are written here because a client that retries requests, such as
// go-retryablehttp, is done once an answer's header has come: what breaks in
// practice is the body, and that is to be resumed, not asked for again.

const (
	firstWait   = 500 * time.Millisecond
	longestWait = 30 * time.Second
)

// transient is a failure that may be gone in a moment.
type transient struct {
	reason error
	after  time.Duration // that the server asks to wait, 0 when it does not
}

func (t *transient) Error() string { return fmt.Sprintf("%v: %v", ErrUnavailable, t.reason) }

func (t *transient) Unwrap() []error { return []error{ErrUnavailable, t.reason} }

// retry calls attempt until it succeeds, fails for good, or has been repeated
// Config.Retries times.
func (f *Fetcher) retry(ctx context.Context, attempt func() error) error {
	for n := 0; ; n++ {
		err := attempt()
		again, ok := errors.AsType[*transient](err)
		if !ok || ctx.Err() != nil {
			return err
		}
		if n >= f.config.Retries {
			return fmt.Errorf("%w (retries: %d)", err, n)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(f.wait(n, again.after)):
		}
	}
}

// wait is the time before retry n (from 0): doubled each time, half of it by
// chance so that many clients do not come back at once, or what the server asks.
func wait(n int, asked time.Duration) time.Duration {
	d := min(firstWait<<min(n, 10), longestWait)
	return max(d/2+rand.N(d/2), min(asked, 2*longestWait))
}

// statusError is what an answer other than 200 and 206 means.
func statusError(answer *http.Response) error {
	text := strconv.Itoa(answer.StatusCode) + " " + http.StatusText(answer.StatusCode)
	switch code := answer.StatusCode; {
	case code == http.StatusNotFound || code == http.StatusGone:
		return fmt.Errorf("%w: %s", ErrNotFound, text)
	case code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout:
		return &transient{errors.New(text), retryAfter(answer.Header.Get("Retry-After"))}
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, text)
}

// retryAfter reads the header's seconds or date; 0 when it holds neither.
func retryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(0, min(seconds, 3600))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// askError is what it means that a request got no answer. A server that cannot
// be reached at all is not tried again: the next mirror is more likely to help.
func askError(err error) error {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsTemporary {
		return &transient{reason: err}
	}
	op, isOp := errors.AsType[*net.OpError](err)
	_, badCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case errors.Is(err, ErrHost):
		return err
	case isOp && (op.Op == "dial" || op.Op == "proxyconnect"), badCertificate, noTLS, errors.Is(err, errRedirect):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return &transient{reason: err}
}

package fetch

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinel errors. An *Error matches each one that any place gave as its reason.
var (
	// ErrRequest: the URL, the name, a digest or a mirror's name cannot be used.
	ErrRequest = errors.New("request cannot be used")
	// ErrMismatch: a place has a file of that name with other bytes.
	ErrMismatch = errors.New("hash mismatch")
	// ErrNotFound: a place answered, and has no such file.
	ErrNotFound = errors.New("not found")
	// ErrUnavailable: a place did not answer, or not to the end.
	ErrUnavailable = errors.New("unavailable")
	// ErrOffline: only the network could have it, and the network is off.
	ErrOffline = errors.New("not available offline")
	// ErrHost: allow-hosts forbids the host.
	ErrHost = errors.New("host is not in allow-hosts")
	// ErrTooLarge: the file is larger than Config.MaxSize.
	ErrTooLarge = errors.New("too large")
	// ErrCache: the cache folder cannot be written or read.
	ErrCache = errors.New("cache unusable")
)

// Mismatch says that the bytes of a place are not the ones that were pinned. It
// wraps ErrMismatch.
type Mismatch struct {
	Want Digest
	By   string // who pinned it: "profile, zlib.cfg:3" or "lock"
	Got  string // hex
	From string // place
}

func (m *Mismatch) Error() string {
	return fmt.Sprintf("%v: expected %s %s (%s), got %s (from %s)",
		ErrMismatch, m.Want.Algorithm, m.Want.Hex, m.By, m.Got, m.From)
}

func (m *Mismatch) Unwrap() error { return ErrMismatch }

// Attempt is a place that was asked in vain, and its reason.
type Attempt struct {
	Place string // path or URL, without a password
	Err   error
}

func (a Attempt) String() string {
	if _, ok := errors.AsType[*Mismatch](a.Err); ok {
		return a.Err.Error() // names its place already
	}
	return a.Place + ": " + a.Err.Error()
}

// Error is why one request could not be met. Its text starts with the request's
// position and lists every place that was asked.
type Error struct {
	Request  Request
	Err      error     // what is not any one place's fault, or nil
	Attempts []Attempt // in the order of asking
}

func (e *Error) Error() string {
	var text strings.Builder
	if e.Request.Position != "" {
		text.WriteString(e.Request.Position + ": ")
	}
	text.WriteString("fetch " + redact(e.Request.URL) + ": ")
	if e.Err == nil && len(e.Attempts) == 1 {
		if only := e.Attempts[0]; only.Place == redact(e.Request.URL) {
			text.WriteString(only.Err.Error())
		} else {
			text.WriteString(only.String())
		}
		return text.String()
	}
	if e.Err != nil {
		text.WriteString(e.Err.Error())
	} else {
		text.WriteString("no place has it")
	}
	for _, a := range e.Attempts {
		text.WriteString("\n  " + a.String())
	}
	return text.String()
}

// Unwrap gives Err and the reason of every attempt.
func (e *Error) Unwrap() []error {
	var all []error
	if e.Err != nil {
		all = append(all, e.Err)
	}
	for _, a := range e.Attempts {
		all = append(all, a.Err)
	}
	return all
}

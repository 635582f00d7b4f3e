package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"

	"belljar.build/engine/build"
	"belljar.build/engine/fetch"
	"belljar.build/engine/lock"
	"belljar.build/engine/profile"
	"belljar.build/engine/project"
	"belljar.build/engine/store"
	"belljar.build/sandbox"
)

// Exit codes, as the help lists them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFindings    = 3
	exitFetch       = 4
	exitUnsupported = 5
)

// errUsage marks mistakes on the command line.
var errUsage = errors.New("bad usage")

// errNotBuilt marks commands of the contract that do not exist yet.
var errNotBuilt = errors.New("not built yet")

// hinted is an error with what to do about it.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// ended is a command of belljar run that did not end well: it has said so
// itself, and its exit code is passed on.
type ended struct{ code int }

func (e *ended) Error() string { return fmt.Sprintf("the command ended with %d", e.code) }

// This file owns what a person reads when something goes wrong. Messages are
// lower case, without full stop; an error that has a place in a profile
// starts with it, every other with "belljar: error: "; hints follow.

// report prints err and gives the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "belljar: interrupted: nothing unfinished was kept")
		return exitFailed
	}
	var command *ended
	if errors.As(err, &command) {
		return command.code
	}
	if failures, ok := errors.AsType[*build.Failures](err); ok {
		return printFailures(w, failures, err)
	}
	text := printableLines(err.Error())
	if !placed(err) {
		text = "belljar: error: " + text
	}
	fmt.Fprintln(w, text)
	for _, h := range hints(err) {
		fmt.Fprintln(w, "belljar: hint:", printable(h))
	}
	return exitCode(err)
}

// placed tells errors that start with file:line: already.
func placed(err error) bool {
	var one *profile.Error
	var several profile.Errors
	var source *fetch.Error
	return errors.As(err, &several) || errors.As(err, &one) && one.File != "" && strings.HasPrefix(err.Error(), one.Position.String()) ||
		errors.As(err, &source) && source.Request.Position != "" || errors.Is(err, project.ErrNotLocked) || isLock(err)
}

func isLock(err error) bool {
	return errors.Is(err, lock.ErrMalformed) || errors.Is(err, lock.ErrVersion)
}

func hints(err error) []string {
	var found []string
	var several profile.Errors
	var one *profile.Error
	if errors.As(err, &several) {
		for _, e := range several {
			found = append(found, e.Hint)
		}
	} else if errors.As(err, &one) {
		found = append(found, one.Hint)
	}
	var own *hinted
	if errors.As(err, &own) {
		found = append(found, own.hint)
	}
	switch {
	case isAbsentProfile(err):
		found = append(found, "name the profile with -c FILE")
	case errors.Is(err, sandbox.ErrUnsupported):
		found = append(found, sandbox.Hint())
	case store.IsFull(err):
		found = append(found, fullHint)
	case errors.Is(err, project.ErrNotLocked):
		found = append(found, "run belljar lock, look at what changed in belljar.lock, and commit it")
	case errors.Is(err, fetch.ErrMismatch):
		found = append(found, "if the new file is right, correct the checksum in the profile, or delete its entry in belljar.lock")
	case errors.Is(err, errUsage):
		found = append(found, "belljar --help lists commands and options")
	case errors.Is(err, store.ErrUnnamed), errors.Is(err, store.ErrAmbiguous):
		found = append(found, fmt.Sprintf("an output is named by its path, or by the first digits of its key, at least %d", store.MinPrefix))
	}
	var hints []string
	for _, h := range found {
		if h != "" && !slices.Contains(hints, h) {
			hints = append(hints, h)
		}
	}
	return hints
}

func exitCode(err error) int {
	var one *profile.Error
	var several profile.Errors
	var source *fetch.Error
	switch {
	case errors.As(err, &source), errors.Is(err, fetch.ErrCache):
		return exitFetch
	case errors.Is(err, sandbox.ErrUnsupported):
		return exitUnsupported
	case errors.As(err, &one), errors.As(err, &several), errors.Is(err, errUsage), errors.Is(err, errNotBuilt),
		errors.Is(err, project.ErrNotLocked), isLock(err):
		return exitUsage
	}
	return exitFailed
}

// plain is where text of a profile is written: on a terminal without what would
// steer it.
func plain(f *os.File) io.Writer {
	if term.IsTerminal(int(f.Fd())) {
		return printableWriter{f}
	}
	return f
}

type printableWriter struct{ w io.Writer }

func (p printableWriter) Write(text []byte) (int, error) {
	shown := make([]byte, len(text))
	for i, c := range text { // by bytes: a letter may go on in the next call
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			c = '?'
		}
		shown[i] = c
	}
	return p.w.Write(shown)
}

// auditHint stands below builds that fail by their audit.
const auditHint = "mend the part, or except a finding in [audit-policy] with a reason: RULE PART WHAT: reason (docs/audit.md)"

// fullHint stands below whatever a full disk made fail.
const fullHint = "the disk is full: belljar gc frees what the store holds and nothing needs"

// printableLines is printable for a text of several lines.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return strings.Join(lines, "\n")
}

// printable keeps what a build printed from steering the terminal, from turning
// the direction of text, and from hiding.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '\uFFFD'
		}
		return r
	}, line)
}

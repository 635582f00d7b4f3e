package profile

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels, found with errors.Is.
var (
	// ErrSyntax marks a file that is no Buildout profile.
	ErrSyntax = errors.New("syntax error")
	// ErrCondition marks a section condition that this package does not evaluate.
	ErrCondition = errors.New("condition not supported")
	// ErrMachine marks a value that hangs on what the machine is.
	ErrMachine = errors.New("depends on the machine")
	// ErrRemote marks a profile, or an extends, that is a URL, where the caller
	// gave no way to read one.
	ErrRemote = errors.New("no network here")
	// ErrFetch marks an error of [LoadOptions.Remote] that says all there is to
	// say: it is passed on as it is.
	ErrFetch = errors.New("fetch of a profile")
	// ErrUnknown marks a section, option or part that does not exist.
	ErrUnknown = errors.New("unknown name")
	// ErrCircular marks files, macros, values or parts that need themselves.
	ErrCircular = errors.New("circular reference")
	// ErrTooLarge marks a profile that exceeds a bound on size or depth.
	ErrTooLarge = errors.New("profile too large")
	// ErrOpaque marks a value that a recipe sets without telling; see [Part.Opaque].
	ErrOpaque = errors.New("set by a recipe")
	// ErrNeedsPart marks a value that is known only when a part is initialised.
	ErrNeedsPart = errors.New("needs a part")
)

// Bounds on what an error prints.
const (
	maxChain = 20  // references
	maxShown = 200 // bytes of a name
)

// Error is something wrong at one place of a profile.
type Error struct {
	Position
	Msg   string   // what is wrong, without the position
	Hint  string   // what to do about it, or empty; the command line prints it apart
	Chain []string // the references that led here, outermost first: "zlib:url (zlib.cfg:4)"
	// Extended are the places that extend the file, from the nearest outwards.
	Extended []Position
	Err      error // the sentinel or the cause, for errors.Is; may be nil

	elsewhere bool   // not in the file that was being read: who extends that does not matter
	steps     []step // what Chain is made of
	origin    *Error // the same error, as it was met first
	loop      *loop  // of a circular reference
}

// loop says where a circular reference closes: how many options and parts were
// under way above the outermost that is in it. To those above, the error is one
// like any other; those within may be well when they are asked for another way.
type loop struct{ steps, parts int }

// inherent says whether an option or a part that was begun below so many others
// fails however it is asked for.
func inherent(err error, steps, parts int) bool {
	e, ok := err.(*Error)
	return !ok || e.loop == nil || e.loop.steps >= steps && e.loop.parts >= parts
}

// settled makes a circular reference an error like any other.
func settled(err error) error {
	if e, ok := err.(*Error); ok {
		e.loop = nil
	}
	return err
}

// Error gives "file:line: message", then one line for each reference, or for
// each file that extends the one at fault.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.Position)
	}
	b.WriteString(e.Msg)
	for _, c := range e.Chain {
		b.WriteString("\n  via " + c)
	}
	for _, at := range e.Extended {
		b.WriteString("\n  extended by " + at.String())
	}
	return b.String()
}

// Unwrap gives the sentinel or the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errors are all that is wrong with one file, in the order of its lines.
type Errors []*Error

// Error gives one message a line.
func (es Errors) Error() string {
	msgs := make([]string, len(es))
	for i, e := range es {
		msgs[i] = e.Error()
	}
	return strings.Join(msgs, "\n")
}

// Unwrap gives every error.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// shorten keeps both ends of a long chain: the ends say where to look.
func shorten(chain []string) []string {
	if len(chain) <= maxChain {
		return chain
	}
	half := maxChain / 2
	short := append([]string{}, chain[:half]...)
	short = append(short, fmt.Sprintf("... %d more ...", len(chain)-2*half))
	return append(short, chain[len(chain)-half:]...)
}

package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// maxFiles bounds how deep files extend one another.
const maxFiles = 1000

// Options of [buildout] that only steer the loading.
const (
	extendsOption         = "extends"
	optionalExtendsOption = "optional-extends"
)

// loader reads a profile's files into it: depth first, each file once, every
// file after those that it extends. The order is flat: what a file extends is
// never merged apart from the rest.
type loader struct {
	finder
	p     *Profile
	done  map[string]bool // by identity
	chain []location      // the files being read, outermost first
}

// extend loads the file that an extends at a position names.
func (l *loader) extend(folder, name string, at Position, optional bool) error {
	if isURL(name) {
		return &Error{Position: at, Msg: fmt.Sprintf("extend %q: %v", name, ErrRemote), Hint: "save a copy and extend that", Err: ErrRemote}
	}
	if at.Line > 0 && strings.Contains(name, "${") {
		return &Error{Position: at, Msg: fmt.Sprintf("extend %q: extends is read before any substitution", name), Hint: "write the path out", Err: ErrSyntax}
	}
	loc, err := l.find(folder, name)
	if err == nil {
		err = l.load(loc)
	}
	var known *Error
	var several Errors
	switch {
	case err == nil || errors.As(err, &known) || errors.As(err, &several):
		return err
	case optional && errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return unreadable(at, name, err)
}

// unreadable is a file that could not be opened; the operating system's own
// words are kept, the path that it tried is not what the user wrote.
func unreadable(at Position, name string, err error) error {
	verb, reason := "read", err
	if at.Line > 0 {
		verb = "extend"
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		reason = pathError.Err
	}
	e := &Error{Position: at, Msg: fmt.Sprintf("%s %q: %v", verb, name, reason), Err: err}
	if errors.Is(err, fs.ErrNotExist) && at.Line > 0 {
		e.Hint = "a path is relative to the file that extends it"
	}
	return e
}

// load reads a file, then what it extends, and then merges it. An error about
// opening this very file is no *Error: the caller knows who asked for it.
func (l *loader) load(loc location) error {
	if err := l.checkChain(loc); err != nil {
		return err
	}
	if l.done[loc.identity] {
		return nil
	}
	text, err := openFile(loc.path)
	if err != nil {
		return err
	}
	display, folder := l.display(loc.path), filepath.Dir(loc.path)
	l.p.folders[display] = folder
	sections, err := l.sections(display, folder, text)
	if err != nil {
		return err
	}
	l.chain = append(l.chain, loc)
	if err := l.extendAll(folder, sections); err != nil {
		return err
	}
	l.chain = l.chain[:len(l.chain)-1]
	l.done[loc.identity] = true
	l.p.files = append(l.p.files, display)
	l.p.merge(sections)
	return nil
}

// checkChain finds a file that extends itself.
func (l *loader) checkChain(loc location) error {
	from := slices.IndexFunc(l.chain, func(c location) bool { return c.identity == loc.identity })
	if from < 0 && len(l.chain) < maxFiles {
		return nil
	}
	at := Position{File: l.display(l.chain[len(l.chain)-1].path)}
	if from < 0 {
		return &Error{Position: at, Msg: fmt.Sprintf("more than %d files extend one another", maxFiles), Err: ErrTooLarge}
	}
	var names []string
	for _, c := range append(l.chain[from:len(l.chain):len(l.chain)], loc) {
		names = append(names, l.display(c.path))
	}
	return &Error{Position: at, Msg: "files extend each other: " + strings.Join(shorten(names), " -> "), Err: ErrCircular}
}

// sections parses a file and drops the sections whose condition does not hold.
func (l *loader) sections(display, folder, text string) ([]*section, error) {
	blocks, errs := parse(display, text)
	if len(errs) > 0 {
		return nil, errs
	}
	var kept []*block
	for _, b := range blocks {
		result, ok := true, true
		if b.condition != "" {
			result, ok = holds(b.condition, l.p.target)
		}
		if !ok {
			errs = append(errs, &Error{
				Position: b.header,
				Msg:      fmt.Sprintf("%v: %s", ErrCondition, b.condition),
				Hint:     "conditions are about the declared target (python3, bits64, platform.machine() == '...'), never about this machine",
				Err:      ErrCondition,
			})
		}
		if result {
			kept = append(kept, b)
		}
	}
	if len(errs) > 0 {
		return nil, errs
	}
	return gather(kept, folder), nil
}

// extendAll loads what a file extends. The options are taken out of the file:
// they are relative to it and mean nothing to anyone else.
func (l *loader) extendAll(folder string, sections []*section) error {
	i := slices.IndexFunc(sections, func(s *section) bool { return s.name == rootSection })
	if i < 0 {
		return nil
	}
	for _, option := range [...]string{extendsOption, optionalExtendsOption} {
		cs := sections[i].options[option]
		delete(sections[i].options, option)
		for _, name := range strings.Fields(fold(cs)) {
			if err := l.extend(folder, name, where(cs, name), option == optionalExtendsOption); err != nil {
				return l.place(err, where(cs, name))
			}
		}
	}
	return nil
}

// place gives an error about a loop the line of the extends that closes it.
func (l *loader) place(err error, at Position) error {
	var e *Error
	if errors.As(err, &e) && e.Line == 0 && e.File == at.File {
		e.Line = at.Line
	}
	return err
}

// where is the last of the contributions that mentions a text.
func where(cs []Contribution, text string) Position {
	for _, c := range slices.Backward(cs) {
		if strings.Contains(c.Text, text) {
			return c.Position
		}
	}
	return last(cs)
}

package profile

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// maxFiles bounds how deep files extend one another.
const maxFiles = 1000

// Options of [buildout] that only steer the loading.
const (
	extendsOption         = "extends"
	optionalExtendsOption = "optional-extends"
	extendedByOption      = "extended-by"
)

// loader reads a profile's files into it: depth first, each file once, every
// file after those that it extends. The order is flat: what a file extends is
// never merged apart from the rest.
type loader struct {
	*finder
	*crawler
	p     *Profile
	done  map[string]bool // by identity
	chain []location      // the files being read, outermost first

	remote   func(RemoteFile) (string, error)
	settings map[string][]Contribution // of [buildout], that decide how a remote file is read
}

// extend loads the file that an extends at a position names.
func (l *loader) extend(folder, name string, by mention, optional bool) error {
	if last(by.in).Line > 0 && strings.Contains(name, "${") {
		return &Error{Position: l.p.where(by), Msg: fmt.Sprintf("extend %q: extends is read before any substitution", name), Hint: "write the path out", Err: ErrSyntax}
	}
	loc, err := l.find(folder, name)
	if err == nil {
		err = l.load(loc, by)
	}
	var known *Error
	var several Errors
	switch {
	case err == nil || errors.As(err, &known) || errors.As(err, &several):
		return err
	case optional && errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, ErrFetch): // there is no such file
		return &Error{Position: l.p.where(by), Msg: err.Error(), Err: err}
	}
	return unreadable(l.p.where(by), name, err)
}

// unreadable is a file that could not be opened; the operating system's own
// words are kept, the path that it tried is not what the user wrote.
func unreadable(at Position, name string, err error) error {
	if name = shown(name); len(name) > maxShown {
		name = name[:maxShown] + "..."
	}
	verb, reason := "read", err
	if at.Line > 0 {
		verb = "extend"
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		reason = pathError.Err
	}
	e := &Error{Position: at, Msg: fmt.Sprintf("%s %q: %v", verb, name, reason), Err: err}
	switch {
	case errors.Is(err, ErrRemote):
		e.Hint = "save a copy and extend that"
	case errors.Is(err, fs.ErrNotExist) && at.Line > 0:
		e.Hint = "a path is relative to the file that extends it"
	}
	return e
}

// load reads a file, then what it extends, and then merges it. An error about
// opening this very file is no *Error: the caller knows who asked for it.
func (l *loader) load(loc location, by mention) error {
	if err := l.checkChain(loc, by); err != nil {
		return err
	}
	if l.done[loc.identity] {
		return nil
	}
	f, err := l.open(loc, by)
	if err != nil {
		return err
	}
	if len(f.errs) > 0 {
		return f.errs
	}
	l.p.undecided = append(l.p.undecided, f.undecided...)
	sections := gather(f.kept, f.folder)
	l.chain = append(l.chain, loc)
	if err := l.extendAll(f, sections); err != nil {
		return err
	}
	l.chain = l.chain[:len(l.chain)-1]
	l.done[loc.identity] = true
	l.p.files = append(l.p.files, f.display)
	l.p.merge(sections)
	return nil
}

// open gives a file, read and parsed.
func (l *loader) open(loc location, by mention) (*file, error) {
	f, err := l.get(loc)
	if f != nil {
		l.p.folders[f.display], l.p.texts[f.display] = f.folder, f.text
	}
	if e, ok := err.(*Error); ok { // in the settings that say how to fetch
		e.elsewhere = true
	}
	if err != nil && errors.Is(err, ErrFetch) && !errors.Is(err, fs.ErrNotExist) {
		err = &Error{Position: l.p.where(by), Msg: err.Error(), Err: err}
	}
	return f, err
}

// content reads a file from this machine or the network. Several are read at once.
func (l *loader) content(loc location) (string, error) {
	if !loc.remote {
		return openFile(loc.path)
	}
	if l.remote == nil {
		return "", ErrRemote
	}
	text, err := l.remote(RemoteFile{URL: loc.path, Name: l.display(loc), Setting: l.setting})
	if err == nil && len(text) > MaxFile {
		err = ErrTooLarge
	}
	return text, err
}

// checkChain finds a file that extends itself.
func (l *loader) checkChain(loc location, by mention) error {
	from := slices.IndexFunc(l.chain, func(c location) bool { return c.identity == loc.identity })
	if from < 0 && len(l.chain) < maxFiles {
		return nil
	}
	if from < 0 {
		return &Error{Position: l.p.where(by), Msg: fmt.Sprintf("more than %d files extend one another", maxFiles), Err: ErrTooLarge}
	}
	var names []string
	for _, c := range append(l.chain[from:len(l.chain):len(l.chain)], loc) {
		names = append(names, l.display(c))
	}
	return &Error{Position: l.p.where(by), Msg: "files extend each other: " + strings.Join(shorten(names), " -> "), Err: ErrCircular}
}

// extendAll loads what a file extends. The options are taken out of the file:
// they are relative to it and mean nothing to anyone else.
func (l *loader) extendAll(f *file, sections []*section) error {
	i := slices.IndexFunc(sections, func(s *section) bool { return s.name == rootSection })
	if i < 0 {
		return nil
	}
	options := sections[i].options
	if cs, ok := options[extendedByOption]; ok {
		return &Error{Position: last(cs), Msg: "extended-by is no longer an option", Hint: "let the other file extend this one", Err: ErrSyntax}
	}
	for _, option := range [...]string{extendsOption, optionalExtendsOption} {
		cs := options[option]
		if err := hanging(cs); err != nil {
			return err
		}
		delete(options, option)
		for _, name := range strings.Fields(fold(cs)) {
			by := mention{in: cs, text: name, word: true}
			if err := l.extend(f.folder, name, by, option == optionalExtendsOption); err != nil {
				return extendedAt(err, l.p.where(by))
			}
		}
	}
	return nil
}

// extendedAt adds to an error in a file which line extends that file.
func extendedAt(err error, at Position) error {
	var e *Error
	var several Errors
	switch {
	case errors.As(err, &several):
		e = several[len(several)-1]
	case !errors.As(err, &e) || e.Position == at || e.elsewhere || errors.Is(err, ErrCircular):
		return err
	}
	e.Extended = append(e.Extended, at)
	return err
}

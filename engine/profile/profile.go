package profile

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LoadOptions say how a profile is read. The zero value reads the profile
// alone, for the default target.
type LoadOptions struct {
	// Overrides are applied after all files, in this order; those of
	// buildout:extends name further files, relative to the current folder.
	Overrides []Override
	// Target decides the conditions of sections.
	Target Target
	// UserDefaults is a file that is read before the profile, as if the
	// profile extended it; empty means none. "~/.buildout/default.cfg"
	UserDefaults string
}

// Profile is a root file, all that it extends, and the overrides. It is not
// for use by several goroutines at once.
type Profile struct {
	target   Target
	root     string            // the root file, as its positions name it
	folder   string            // absolute, of the root file
	files    []string          // in the order folded
	folders  map[string]string // of each file, absolute
	order    []string          // sections, first seen first
	sections map[string]*section
	expanded map[string]map[string][]Contribution // sections whose macros are applied
}

// Load reads the profile at a path. Errors are *Error, or [Errors] when one
// file has several.
func Load(path string, o LoadOptions) (*Profile, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find current folder: %w", err)
	}
	p := &Profile{
		target:   o.Target.withDefaults(),
		folders:  map[string]string{},
		sections: map[string]*section{},
		expanded: map[string]map[string][]Contribution{},
	}
	l := &loader{
		finder: finder{cwd: cwd, folders: map[string]string{}},
		p:      p,
		done:   map[string]bool{},
	}
	if err := l.loadAll(path, o); err != nil {
		return nil, err
	}
	return p, nil
}

// loadAll folds in order: built-in defaults, user defaults, profile, the
// command line's extends, the command line's options.
func (l *loader) loadAll(path string, o LoadOptions) error {
	rest, extends := splitExtends(o.Overrides)
	if isURL(path) {
		return &Error{Position: Position{File: path}, Msg: ErrRemote.Error(), Err: ErrRemote}
	}
	root, err := l.find(l.cwd, path)
	if err != nil {
		return unreadable(Position{File: path}, path, err)
	}
	l.p.root, l.p.folder = l.display(root.path), filepath.Dir(root.path)
	l.p.merge(gather([]*block{{
		name:    rootSection,
		header:  Position{File: BuiltIn},
		options: append(defaultOptions(), builtIn("directory", l.p.folder)),
	}}, l.p.folder))
	if o.UserDefaults != "" {
		if err := l.extend(l.cwd, o.UserDefaults, Position{File: o.UserDefaults}, false); err != nil {
			return err
		}
	}
	if err := l.extend(l.cwd, path, Position{File: path}, false); err != nil {
		return err
	}
	for _, name := range extends {
		if err := l.extend(l.cwd, name, Position{File: CommandLine}, false); err != nil {
			return err
		}
	}
	l.p.merge(gather(overrideBlocks(rest), l.p.folder))
	return nil
}

// splitExtends takes the files that the command line extends out of its overrides.
func splitExtends(overrides []Override) (rest []Override, extends []string) {
	for _, o := range overrides {
		if o.Section == rootSection && o.Option == extendsOption {
			extends = append(extends, strings.Fields(o.Text)...)
			continue
		}
		rest = append(rest, o)
	}
	return rest, extends
}

// merge folds the sections of one file into the profile.
func (p *Profile) merge(sections []*section) {
	for _, s := range sections {
		known := p.sections[s.name]
		if known == nil {
			p.sections[s.name] = s
			p.order = append(p.order, s.name)
			continue
		}
		if known.header.File == BuiltIn {
			known.header, known.folder = s.header, s.folder
		}
		for name, cs := range s.options {
			known.add(name, cs)
		}
	}
}

// Files are all files read, in the order in which they are folded: a file
// comes after those that it extends.
func (p *Profile) Files() []string { return slices.Clone(p.files) }

// Sections are the names of all sections, in the order in which they are first
// met in Files.
func (p *Profile) Sections() []string { return slices.Clone(p.order) }

// Header is where a section is first met; ok is false if it does not exist.
func (p *Profile) Header(section string) (at Position, ok bool) {
	s, ok := p.sections[section]
	if !ok {
		return Position{}, false
	}
	if s.header.File == BuiltIn {
		return Position{File: p.root}, true // [buildout] is there even when no file has it
	}
	return s.header, true
}

// Raw is an option after extends and macros, before substitution; ok is false
// if there is no such section or option. The error is about the section's macros.
func (p *Profile) Raw(section, option string) (o Option, ok bool, err error) {
	if p.sections[section] == nil {
		return Option{}, false, nil
	}
	options, err := p.expand(section)
	if err != nil {
		return Option{}, false, err
	}
	cs, ok := options[option]
	if !ok {
		return Option{}, false, nil
	}
	return Option{option, fold(cs), slices.Clone(cs)}, true, nil
}

// Options are all options of a section as in Raw, sorted by name; none if
// there is no such section.
func (p *Profile) Options(section string) ([]Option, error) {
	if p.sections[section] == nil {
		return nil, nil
	}
	options, err := p.expand(section)
	if err != nil {
		return nil, err
	}
	var all []Option
	for _, name := range slices.Sorted(maps.Keys(options)) {
		cs := options[name]
		all = append(all, Option{name, fold(cs), slices.Clone(cs)})
	}
	return all, nil
}

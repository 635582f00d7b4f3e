package profile

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// LoadOptions say how a profile is read. The zero value reads the profile
// alone, from files, for the default target.
type LoadOptions struct {
	// Overrides are applied after all files, in this order; those of
	// buildout:extends name further files, relative to the current folder.
	Overrides []Override
	// Target decides the conditions of sections, where neither the root
	// profile nor the overrides say otherwise (buildout:target-machine, ...).
	Target Target
	// UserDefaults is a file that is read before the profile, as if the
	// profile extended it; empty means none. "~/.buildout/default.cfg"
	UserDefaults string
	// Remote reads a profile at a URL; it is called by several goroutines at
	// once. Its errors wrap [ErrFetch], and fs.ErrNotExist when the server has no
	// such file. nil: URLs are errors.
	Remote func(RemoteFile) (text string, err error)
}

// RemoteFile is a profile at a URL that is to be read.
type RemoteFile struct {
	URL  string // absolute, without superfluous steps: "https://host/stack/slapos.cfg"
	Name string // the same without a password, for people
	// Setting gives an option of [buildout] as far as it is known before the
	// profile is read: from the command line, the root profile, the user's
	// defaults, and the built-in ones. "allow-hosts", "offline", "extends-cache"
	// The error is about one that hangs on the machine.
	Setting func(option string) (text string, at Position, err error)
}

// Profile is a root file, all that it extends, and the overrides. It is not
// for use by several goroutines at once.
type Profile struct {
	target     Target
	root       string            // the root file, as its positions name it
	folder     string            // absolute, of the root file; of a remote one: the current folder
	files      []string          // in the order folded
	folders    map[string]string // of each file, absolute, or a URL
	texts      map[string]string // of each file
	starts     map[string][]int  // of the lines of some
	size       int               // contributions, all together
	compared   int               // names, for a hint about a misspelt one
	inherited  int               // options taken over from macros, all together
	order      []string          // sections, first seen first
	sections   map[string]*section
	expanded   map[string]map[string][]Contribution // sections whose macros are applied
	unexpanded map[string]error                     // sections whose macros cannot be applied
	locations  map[string]baseLocation              // of sections
	found      map[place]Position                   // of mentions
	undecided  []Undecided
	declared   []*section // [buildout] where the target may be declared
}

// Load reads the profile at a path or a URL. Errors are *Error, or [Errors] when
// one file has several, or those of LoadOptions.Remote.
func Load(path string, o LoadOptions) (*Profile, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find current folder: %w", err)
	}
	p := &Profile{
		folders:  map[string]string{},
		texts:    map[string]string{},
		starts:   map[string][]int{},
		sections: map[string]*section{},
		expanded: map[string]map[string][]Contribution{},

		locations:  map[string]baseLocation{},
		unexpanded: map[string]error{},
		found:      map[place]Position{},
	}
	l := &loader{finder: newFinder(cwd), p: p, done: map[string]bool{}, remote: o.Remote}
	l.crawler = newCrawler(l.finder, l.content)
	defer l.stop()
	if err := l.loadAll(path, o); err != nil {
		return nil, err
	}
	return p, p.complete()
}

// loadAll folds in order: built-in defaults, user defaults, profile, the
// command line's extends, the command line's options.
func (l *loader) loadAll(path string, o LoadOptions) error {
	rest, extends := splitExtends(o.Overrides)
	root, err := l.find(l.cwd, path)
	if err != nil {
		return unreadable(Position{File: shown(path)}, path, err)
	}
	l.p.root, l.p.folder = l.display(root), root.folder()
	if root.remote {
		l.p.folder = l.cwd
	}
	defaults := gather([]*block{{
		name:   rootSection,
		header: Position{File: BuiltIn},
		options: append(defaultOptions(), assignment{name: "directory", Contribution: Contribution{
			Position: Position{File: Computed}, Op: "=", Text: l.p.folder,
		}}),
	}}, l.p.folder)
	commandLine := gather(overrideBlocks(rest), l.p.folder)
	l.p.merge(defaults)
	if err := l.prepare(path, o, defaults, commandLine); err != nil {
		return err
	}
	if o.UserDefaults != "" {
		if err := l.extend(l.cwd, o.UserDefaults, mentionAt(Position{File: o.UserDefaults}), false); err != nil {
			return err
		}
	}
	for i, name := range append([]string{path}, extends...) {
		at := Position{File: CommandLine}
		if i == 0 {
			at.File = shown(path)
		}
		if err := l.extend(l.cwd, name, mentionAt(at), false); err != nil {
			return err
		}
	}
	l.p.merge(commandLine)
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
		p.size += len(s.options)
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

// Target is the target that the profile was read for.
func (p *Profile) Target() Target { return p.target }

// Undecided are the sections left out because their conditions hang on the
// machine, in the order of the files.
func (p *Profile) Undecided() []Undecided { return slices.Clone(p.undecided) }

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
	cs := counting(options[option])
	if len(cs) == 0 {
		return Option{}, false, nil
	}
	return Option{option, fold(cs), cs}, true, nil
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
		if cs := counting(options[name]); len(cs) > 0 {
			all = append(all, Option{name, fold(cs), cs})
		}
	}
	return all, nil
}

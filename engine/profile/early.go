package profile

import "slices"

// prepare looks at the root file and the user's defaults before any other file is
// read: they say how those are fetched, and the root declares the target, under no
// condition, since that decides conditions.
func (l *loader) prepare(path string, o LoadOptions, defaults, commandLine []*section) error {
	always := func(b *block) bool { return b.condition == "" }
	early := slices.Clone(defaults)
	user := l.peek(o.UserDefaults)
	if user != nil {
		early = append(early, user.settings(always)...)
	}
	l.settings = settingsOf(append(early, commandLine...)) // the root itself may be remote
	root := l.peek(path)
	declared := slices.Clone(commandLine)
	if root != nil {
		declared = append(root.settings(always), commandLine...)
	}
	var err error
	if l.target, err = declaredTarget(o.Target, declared); err != nil {
		return err
	}
	l.p.target = l.target
	l.p.declared = declared
	early = slices.Clone(defaults)
	for _, f := range []*file{user, root} {
		early = append(early, f.settings(func(b *block) bool {
			keep, _, _ := b.decide(l.target)
			return keep
		})...)
	}
	l.settings = settingsOf(append(early, commandLine...))
	return nil
}

// settingsOf copies what sections say of [buildout]: while files are folded into
// the profile's, others are fetched.
func settingsOf(sections []*section) map[string][]Contribution {
	settings := map[string][]Contribution{}
	for _, s := range sections {
		if s.name != rootSection {
			continue
		}
		for option, cs := range s.options {
			settings[option] = append(slices.Clip(settings[option]), cs...)
		}
	}
	return settings
}

// peek reads a file before its turn. An error about it comes again when it is
// loaded, with its place.
func (l *loader) peek(name string) *file {
	if name == "" {
		return nil
	}
	loc, err := l.find(l.cwd, name)
	if err != nil {
		return nil
	}
	f, err := l.parse(loc)
	if err != nil {
		return nil
	}
	l.first[loc.identity] = f.text
	return f
}

// settings is what a file itself says of [buildout].
func (f *file) settings(counts func(*block) bool) []*section {
	if f == nil {
		return nil
	}
	var own []*block
	for _, b := range f.blocks {
		if b.name == rootSection && counts(b) {
			own = append(own, b)
		}
	}
	return gather(own, f.folder)
}

// setting is an option of [buildout] before the profile is read.
func (l *loader) setting(option string) (text string, at Position, err error) {
	cs := l.settings[option]
	return fold(cs), last(cs), hanging(cs)
}

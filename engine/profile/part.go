package profile

import (
	"fmt"
	"strings"
)

// Options that make a section a part, say where its output is, and list the parts.
const (
	recipeOption   = "recipe"
	locationOption = "location"
	partsOption    = "parts"
)

// Part is a section with a recipe, fully substituted.
type Part struct {
	Name   string // "zlib"
	Recipe string // "slapos.recipe.cmmi"
	// Options holds all options of the section except <= and =>, and, once the
	// part is initialised, those that Initialise returned.
	Options map[string]string
	// Depends are the parts whose values flowed into this one, directly or
	// through sections that are no part, and those after =>; first used first,
	// => before the options, the options by name. Never the part itself, nor one
	// that was not initialised yet because it needs this one.
	Depends []string
	// Listed says that the list of parts names it; the others are there
	// because one of those needs them.
	Listed bool
	// Opaque, when an [Initialise] sets it, says of an option why other parts
	// cannot know its value: the recipe may set it and did not tell. "" for one
	// that stands as the profile sets it.
	Opaque func(option string) (reason string)

	header    Position
	positions map[string]Position
	depends   []partID
	resolver  *resolver // while Initialise runs
}

// Position is where an option was last set; for an option that the profile
// does not set, where the section starts.
func (pt *Part) Position(option string) Position {
	if at, ok := pt.positions[option]; ok {
		return at
	}
	return pt.header
}

// Section gives the options of the section that one of the part's options
// names, each substituted as if the part referred to it, sorted by name. Parts
// that their values come from are initialised, and join Depends. Only an
// [Initialise] may call it, for the part that it was given.
func (pt *Part) Section(option, section string) ([]Option, error) {
	if pt.resolver == nil {
		return nil, fmt.Errorf("read section %q for part %q: the part is not being initialised", section, pt.Name)
	}
	return pt.resolver.section(pt, option, section)
}

// Refer gives one option of a section that an option of the part names in other
// ways than ${section:option}, as if the part referred to it; the section "" is
// the part's own. Only an [Initialise] may call it, for the part that it was given.
func (pt *Part) Refer(by, section, option string) (string, error) {
	if pt.resolver == nil {
		return "", fmt.Errorf("read %s:%s for part %q: the part is not being initialised", section, option, pt.Name)
	}
	return pt.resolver.one(pt, by, ref{section, option})
}

func (pt *Part) contributions(option string) []Contribution {
	return []Contribution{{Position: pt.Position(option), Text: pt.Options[option]}}
}

// Initialise gives the options that a part's recipe sets, such as its location.
// It is called once for each part, when every option of the part is substituted
// and every part in Depends is initialised. What it returns is what other parts
// see from then on, also instead of what the profile says.
type Initialise func(*Part) (map[string]string, error)

// Resolve substitutes the named parts and all parts that they need, and
// initialises each. nil stands for the parts that buildout:parts lists. The
// result is in the order of completion: a part comes after those it needs. For
// nil that is Buildout's order, which also has the parts that a section mentions
// of which only another option is needed.
func (p *Profile) Resolve(parts []string, init Initialise) ([]*Part, error) {
	r := newResolver(p, init)
	list, parts, err := r.list(parts)
	if err != nil {
		return nil, err
	}
	for _, name := range parts {
		if err := r.start(list, name); err != nil {
			return nil, err
		}
	}
	markListed(r.done, parts)
	return r.done, nil
}

func markListed(all []*Part, listed []string) {
	names := make(map[string]bool, len(listed))
	for _, name := range listed {
		names[name] = true
	}
	for _, part := range all {
		part.Listed = names[part.Name]
	}
}

// list gives the parts to resolve and what lists them.
func (r *resolver) list(parts []string) (step, []string, error) {
	if parts != nil {
		return step{at: mentionAt(Position{File: CommandLine})}, parts, nil
	}
	r.whole = true
	r.touch(rootSection)
	v, err := r.listed()
	if err != nil {
		return step{}, nil, err
	}
	cs := r.p.sections[rootSection].options[partsOption]
	return step{ref{rootSection, partsOption}, mention{in: cs}}, strings.Fields(v.text), nil
}

func (r *resolver) listed() (value, error) {
	parts := ref{rootSection, partsOption}
	if _, _, ok, err := r.lookup(parts); !ok && err == nil {
		at, _ := r.p.Header(rootSection)
		return value{}, &Error{
			Position: at,
			Msg:      "[buildout] has no option \"parts\"",
			Hint:     "list what to build: parts = name ...",
			Err:      ErrUnknown,
		}
	}
	return r.evaluate(parts)
}

// start initialises a part that a list asks for.
func (r *resolver) start(list step, name string) error {
	if list.section != "" {
		list.at.text, list.at.word = name, true
	}
	r.steps = []step{list}
	isPart, err := r.isPart(name)
	if err != nil {
		return err
	}
	if !isPart {
		return r.fail(ErrUnknown, fmt.Sprintf("[%s] is no part: it has no recipe", name), "")
	}
	return r.require(name)
}

// Value is the substituted value of an option such as buildout:toolchain; ok
// is false if the profile does not set it. It initialises no part: a value that
// refers to one is an error, [ErrNeedsPart].
func (p *Profile) Value(section, option string) (text string, ok bool, err error) {
	if p.sections[section] == nil {
		return "", false, nil
	}
	r := newResolver(p, nil)
	at := ref{section, option}
	if _, _, ok, err := r.lookup(at); !ok || err != nil {
		return "", false, err
	}
	v, err := r.evaluate(at)
	if err != nil {
		return "", false, err
	}
	return v.text, true, nil
}

package profile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Bounds: nested references double a value with every level.
const (
	maxValue = 16 << 20  // bytes of one value
	maxTotal = 256 << 20 // bytes of all values
	maxDepth = 10_000    // references within references
	// Parts that values come from: a value hands on those of all that it is
	// made of, and a long chain of parts would have the square of its length.
	maxLinks  = 1_000_000
	linksEach = 100 // for each option of the profile
)

// Implicit options of every section.
const (
	sectionNameOption  = "_buildout_section_name_"
	baseLocationOption = "_profile_base_location_"
)

// value is an option's text and the parts that it came from. The parts travel
// with the text, through any number of sections, so that a part depends on
// exactly those whose values reached it.
type value struct {
	text  string
	parts []partID // first used first; nobody may change them
}

// partID stands for a part's name: values hand on long lists of them.
type partID int32

// step is an option, or a part, that is being worked on.
type step struct {
	ref
	at mention // of what is needed next
}

// resolver holds what is known and what is under way.
type resolver struct {
	p    *Profile
	init Initialise // nil: no part may be needed

	values   map[ref]value
	failures map[ref]error    // of values
	failed   map[string]error // of parts
	opaque   map[string]func(option string) string
	ids      map[string]partID
	names    []string                     // of parts, by their numbers
	lends    bool                         // a part is where the profile says, if it does
	whole    bool                         // the profile's own list of parts is resolved
	touched  map[string]bool              // sections that are no parts: all options were looked at
	set      map[string]map[string]string // options that parts set when they were initialised
	finished map[string]bool              // parts begun; true when initialised
	done     []*Part
	building []string    // parts under way, outermost first
	steps    []step      // options under way, outermost first
	active   map[ref]int // options under way: how many parts were, plus 1
	room     int         // bytes that values may still take
	links    int         // parts that values may still come from, all together
}

func newResolver(p *Profile, init Initialise) *resolver {
	return &resolver{
		p:        p,
		init:     init,
		values:   map[ref]value{},
		failures: map[ref]error{},
		failed:   map[string]error{},
		opaque:   map[string]func(option string) string{},
		ids:      map[string]partID{},
		touched:  map[string]bool{},
		set:      map[string]map[string]string{},
		finished: map[string]bool{},
		active:   map[ref]int{},
		room:     maxTotal,
		links:    maxLinks + linksEach*p.size,
	}
}

// lookup gives the text of an option before substitution.
func (r *resolver) lookup(at ref) (text string, cs []Contribution, ok bool, err error) {
	options, err := r.p.expand(at.section)
	if err != nil {
		return "", nil, false, err
	}
	if cs, ok = options[at.option]; ok {
		if err := hanging(cs); err != nil {
			return "", nil, false, r.hanging(err, at, cs)
		}
		return fold(cs), cs, true, nil
	}
	switch at.option {
	case sectionNameOption:
		return at.section, nil, true, nil
	case baseLocationOption:
		folder, _ := r.p.baseLocation(at.section)
		return folder, nil, true, nil
	}
	return "", nil, false, nil
}

// evaluate gives the value of an option of an existing section, as the profile
// sets it.
func (r *resolver) evaluate(at ref) (v value, err error) {
	if v, ok := r.values[at]; ok {
		return v, nil
	}
	if err, ok := r.failures[at]; ok {
		return value{}, r.again(at, err)
	}
	v, err = r.compute(at)
	if err != nil && inherent(err, len(r.steps), len(r.building)) {
		r.failures[at] = settled(err)
	}
	return v, err
}

func (r *resolver) compute(at ref) (v value, err error) {
	text, cs, ok, err := r.lookup(at)
	if err != nil {
		return value{}, err
	}
	if !ok {
		return value{}, r.unknownOption(at)
	}
	leave, err := r.enter(at, mention{in: cs})
	if err != nil {
		return value{}, err
	}
	defer leave()
	if v, err = r.substitute(at.section, text, cs); err != nil {
		return value{}, err
	}
	if at.section == rootSection {
		if v.text, err = r.absolute(at.option, v.text); err != nil {
			return value{}, err
		}
	}
	if r.room -= len(v.text); r.room < 0 {
		return value{}, r.fail(ErrTooLarge, fmt.Sprintf("the values of this profile are larger than %d bytes", maxTotal), "")
	}
	if r.links -= len(v.parts); r.links < 0 {
		return value{}, r.fail(ErrTooLarge, "the values of this profile come from too many parts", "let fewer parts hand on the values of others")
	}
	r.values[at] = v
	return v, nil
}

// enter notes that an option is being worked on. An option that needs itself
// is an error, except through the start of another part: that part sees the
// options of the first as the profile sets them.
func (r *resolver) enter(at ref, by mention) (leave func(), err error) {
	before := r.active[at]
	if before == len(r.building)+1 {
		return nil, r.circularValue(at)
	}
	if len(r.steps) >= maxDepth {
		return nil, r.fail(ErrTooLarge, fmt.Sprintf("references are nested deeper than %d", maxDepth), "")
	}
	r.active[at] = len(r.building) + 1
	r.steps = append(r.steps, step{at, by})
	return func() {
		r.active[at] = before
		r.steps = r.steps[:len(r.steps)-1]
	}, nil
}

// substitute replaces the references of a text in a section.
func (r *resolver) substitute(section, text string, cs []Contribution) (value, error) {
	if !strings.Contains(text, "${") {
		return value{text: text}, nil
	}
	pieces, fault := splitTemplate(text)
	if fault != nil {
		r.steps[len(r.steps)-1].at = mention{in: cs, text: fault.Chain[0]}
		return value{}, r.fail(fault.Err, fault.Msg, fault.Hint)
	}
	var b strings.Builder
	var parts union
	for _, piece := range pieces {
		v := value{text: piece.text}
		if piece.to.option != "" {
			r.steps[len(r.steps)-1].at = mention{in: cs, text: piece.text}
			var err error
			if v, err = r.reference(section, piece.to); err != nil {
				return value{}, err
			}
		}
		if b.Len()+len(v.text) > maxValue {
			return value{}, r.fail(ErrTooLarge, fmt.Sprintf("value is larger than %d bytes", maxValue), "")
		}
		b.WriteString(v.text)
		parts.add(v.parts...)
	}
	return value{b.String(), parts.list}, nil
}

// reference gives the value that an option of a section refers to. A reference
// to another section that is a part initialises the part first.
func (r *resolver) reference(section string, to ref) (value, error) {
	to.section = cmp.Or(to.section, section)
	if to.section == section {
		return r.evaluate(to)
	}
	isPart, err := r.isPart(to.section)
	if err != nil {
		return value{}, err
	}
	if !isPart {
		r.touch(to.section)
		return r.evaluate(to)
	}
	if err := r.requireOption(to); err != nil {
		return value{}, err
	}
	if text, ok := r.set[to.section][to.option]; ok {
		return value{text, []partID{r.id(to.section)}}, nil
	}
	if f := r.opaque[to.section]; f != nil {
		if reason := f(to.option); reason != "" {
			return value{}, r.fail(ErrOpaque, fmt.Sprintf("${%s} is not known: %s", to, reason), "")
		}
	}
	v, err := r.evaluate(to)
	if err != nil {
		return value{}, err
	}
	parts := union{}
	parts.add(r.id(to.section))
	parts.add(v.parts...)
	return value{v.text, parts.list}, nil
}

// isPart says whether a section has a recipe; an unknown section is an error.
func (r *resolver) isPart(section string) (bool, error) {
	if r.p.sections[section] == nil {
		hint := r.p.didYouMean(section, r.p.order)
		if strings.ContainsAny(section, "[]{}=#;,") {
			hint = "names are separated by blanks; a header, an option or a comment starts in the first column"
		}
		return false, r.fail(ErrUnknown, fmt.Sprintf("unknown section [%s]", cut(section)), hint)
	}
	if section == rootSection {
		return false, nil
	}
	options, err := r.p.expand(section)
	if err != nil || options[recipeOption] == nil {
		return false, err
	}
	recipe, err := r.evaluate(ref{section, recipeOption})
	return recipe.text != "", err
}

// id gives the number of a part.
func (r *resolver) id(part string) partID {
	id, ok := r.ids[part]
	if !ok {
		id = partID(len(r.names))
		r.ids[part] = id
		r.names = append(r.names, part)
	}
	return id
}

// union collects parts, each once, in the order first added. Most have a handful:
// those are searched, and only larger ones are worth a map.
type union struct {
	list []partID
	seen map[partID]bool
}

const smallUnion = 24

// add adds parts of which none occurs twice.
func (u *union) add(parts ...partID) {
	if len(u.list) == 0 {
		u.list = slices.Clip(parts) // as good as a copy: what is added moves it
		return
	}
	for _, p := range parts {
		if !u.has(p) {
			u.list = append(u.list, p)
			if u.seen != nil {
				u.seen[p] = true
			}
		}
	}
}

func (u *union) has(part partID) bool {
	if u.seen == nil && len(u.list) > smallUnion {
		u.seen = make(map[partID]bool, 2*len(u.list))
		for _, p := range u.list {
			u.seen[p] = true
		}
	}
	if u.seen != nil {
		return u.seen[part]
	}
	return slices.Contains(u.list, part)
}

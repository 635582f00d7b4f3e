package profile

import "strconv"

// Names that stand in Position.File for text that is in no file.
const (
	// CommandLine is the file of what the user's overrides set.
	CommandLine = "command line"
	// BuiltIn is the file of the options that every profile starts with.
	BuiltIn = "built-in default"
	// Computed is the file of what is computed: buildout:directory, and the
	// options that recipes set.
	Computed = "computed"
)

// Position is a place in a profile.
type Position struct {
	File string // relative to the current folder when beneath it, else absolute: "component/zlib.cfg"
	Line int    // from 1; 0 when there is no line, as for CommandLine
}

// String gives "file:line", or the file alone when there is no line.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Contribution is what one place in a profile says about an option.
type Contribution struct {
	Position        // of the option's first line
	Op       string // "=", "+=" or "-="
	Text     string // the value written there, dedented, before substitution

	hangs *Undecided // on the machine: whether it counts is not known, and it does not
}

// Option is an option after extends and macros, before substitution unless
// [Part.Section] gave it.
type Option struct {
	Name  string
	Value string
	From  []Contribution // every contribution in the order applied, also those a later "=" replaced
}

// Position is where the option was last set or changed.
func (o Option) Position() Position { return last(o.From) }

func last(cs []Contribution) Position {
	if len(cs) == 0 {
		return Position{}
	}
	return cs[len(cs)-1].Position
}

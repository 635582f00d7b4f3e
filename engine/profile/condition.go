package profile

import (
	"fmt"
	"slices"
)

// outcome is what a condition comes to for a target.
type outcome int

const (
	unsupported outcome = iota // beyond what this package evaluates
	isFalse
	isTrue
	undecided // hangs on something of the machine that the target does not declare
)

// evaluate decides the condition of a section header for a target. An
// unsupported condition must be an error, because guessing would change what is
// built. reads says what an undecided one wants to know of the machine.
func evaluate(condition string, t Target) (result outcome, reads *machine) {
	e, ok := parseExpression(condition)
	if !ok {
		return unsupported, nil
	}
	steps := maxSteps
	v, ok := (&scope{target: &t, steps: &steps}).value(e)
	if !ok {
		return unsupported, nil
	}
	switch v.(type) {
	case dotted, method: // a call without its brackets would always be true
		return unsupported, nil
	}
	switch b := truth(v).(type) {
	case *machine:
		return undecided, b
	case bool:
		if b {
			return isTrue, nil
		}
	}
	return isFalse, nil
}

// machine is a value that only the machine itself could tell, and what would
// declare it. It goes through every operation, until one decides without it.
type machine struct {
	what    string // as written: "platform.release()"
	declare string // the option that declares it, or ""
}

// Undecided is a section header whose condition hangs on the machine. Its
// options are left out; whoever needs a value that they would change is told so.
type Undecided struct {
	Position
	Section   string
	Condition string
	Reads     string // what it asks of the machine: "platform.release()"
	Hint      string // how to declare it
}

func (u Undecided) err() *Error {
	return &Error{Position: u.Position, Msg: u.Message(), Hint: u.Hint, Err: ErrMachine}
}

// Message says what is wrong, without the position.
func (u Undecided) Message() string {
	return "[" + u.Section + "] depends on the machine: its condition reads " + u.Reads
}

func (m *machine) hint() string {
	switch m.declare {
	case "":
		return "a section's condition may ask for the declared target, never for this machine: use an option instead"
	case targetFiles:
		return "declare which of the files it asks for the target has, in the root profile or on the command line: buildout:" + targetFiles + "= (empty: none of them)"
	}
	i := slices.IndexFunc(targetOptions(), func(o targetOption) bool { return o.name == m.declare })
	return "declare it in the root profile's [buildout] or on the command line: " + m.declare + " = " + targetOptions()[i].example
}

// machineOf gives the first of the values that is the machine's.
func machineOf(values ...any) *machine {
	for _, v := range values {
		if m, ok := v.(*machine); ok {
			return m
		}
	}
	return nil
}

// decide says whether a block counts for a target. One that hangs on the machine
// is kept, its options marked: they do not count, and no value that they would
// change may be used.
func (b *block) decide(t Target) (kept bool, why *Undecided, err *Error) {
	if b.condition == "" {
		return true, nil, nil
	}
	result, reads := evaluate(b.condition, t)
	switch result {
	case isTrue:
		return true, nil, nil
	case isFalse:
		return false, nil, nil
	case undecided:
		u := &Undecided{b.header, b.name, b.condition, reads.what, reads.hint()}
		for i := range b.options {
			b.options[i].hangs = u
		}
		return true, u, nil
	}
	return false, nil, &Error{Position: b.header, Msg: "condition not supported: " + cut(b.condition), Hint: whyUnsupported(b.condition), Err: ErrCondition}
}

// whyUnsupported looks for the name that is at fault.
func whyUnsupported(condition string) string {
	tokens, ok := tokenize(condition)
	if _, parses := parseExpression(condition); !ok || !parses {
		return "it is no expression that ends, or one beyond those of conditions"
	}
	t := Target{}.withDefaults()
	for i, token := range tokens {
		if token.kind != tokenName || i > 0 && tokens[i-1].text == "." || i > 0 && tokens[i-1].text == "for" {
			continue
		}
		if _, known := t.lookup(token.text); !known && !slices.Contains(words, token.text) {
			hint := fmt.Sprintf("there is no name %q", token.text)
			if near := Nearest(token.text, names); near != "" {
				hint += fmt.Sprintf(": did you mean %q?", near)
			}
			return hint
		}
	}
	return "conditions are about the declared target: python3, bits64, platform.machine() == '...', sys.version_info < (3, 12)"
}

// words of expressions that are no names, and some names that are.
var (
	words = []string{"and", "or", "not", "in", "is", "if", "else", "for"}
	names = []string{
		"python2", "python3", "cpython", "pypy", "linux", "windows", "macosx", "posix", "bits32", "bits64", "little_endian",
		"big_endian", "platform", "sys", "python_version", "sys_platform", "platform_machine", "platform_system",
	}
)

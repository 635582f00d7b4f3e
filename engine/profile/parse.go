package profile

import (
	"strings"
	"unicode/utf8"
)

// maxErrors bounds the errors of one file: a file that is no profile at all has
// one on every line.
const maxErrors = 1000

// Options that are written as an operator.
const (
	macroOption        = "<"                   // <= parent
	dependenciesOption = "<part-dependencies>" // => part
)

// block is one section of one file as written: a header and its options.
type block struct {
	name      string
	condition string // the expression after the colon of the header, or empty
	header    Position
	options   []assignment
}

// assignment is one option line with its continuation.
type assignment struct {
	name string
	Contribution
	raw []string // Text before it is dedented: the text behind the operator, then the lines below
}

// parser goes through a file line by line.
type parser struct {
	file    string
	line    int
	blocks  []*block
	current *block   // nil before the first header
	pending *pending // the option that may still be continued; nil after a header
	errs    Errors
}

// pending is an option whose continuation lines are being collected.
type pending struct {
	assignment
	isBlock bool // nothing stood behind the operator: indentation counts
	faulty  bool // a line that could not be read: swallows its continuation
}

// parse reads one file. The file name goes into positions, nothing is opened.
// It returns every error of the file, of which nothing is to be used then.
func parse(file, text string) ([]*block, Errors) {
	p := &parser{file: file}
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.Contains(text, "\r") {
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	}
	for line := range strings.Lines(text) {
		p.line++
		p.read(strings.TrimSuffix(line, "\n"))
		if len(p.errs) == maxErrors-1 {
			p.fault("too many errors: the rest of the file was not read", "is this a profile at all?")
			return nil, p.errs
		}
	}
	p.finish()
	if len(p.errs) > 0 {
		return nil, p.errs
	}
	return p.blocks, nil
}

func (p *parser) read(line string) {
	first, _ := utf8.DecodeRuneInString(line)
	switch {
	case strings.ContainsRune(line, 0):
		p.fault("a NUL byte: this is no text", "")
	case !utf8.ValidString(line):
		p.fault("not UTF-8 text", "")
	case first == '#' || first == ';':
		// A comment, even within a value that goes on below it.
	case line == "" || isSpace(first):
		p.continuation(line)
	case first == '[':
		p.header(line)
	default:
		p.option(line)
	}
}

func (p *parser) position() Position { return Position{p.file, p.line} }

func (p *parser) fault(msg, hint string) {
	p.errs = append(p.errs, &Error{Position: p.position(), Msg: msg, Hint: hint, Err: ErrSyntax})
	p.finish()
	p.pending = &pending{faulty: true}
}

// homeless reports the first text without a section; what follows goes into one
// that nobody sees, so that it is still checked.
func (p *parser) homeless() {
	p.fault("text before any section header", "a profile starts with [buildout]")
	p.current = &block{}
}

func (p *parser) continuation(line string) {
	switch {
	case p.pending != nil:
		p.pending.more(line)
	case trimSpace(line) == "":
	case p.current == nil:
		p.homeless()
	default:
		p.fault("indented line that continues no option", "an option starts in the first column")
	}
}

func (p *parser) header(line string) {
	name, condition, ok := splitHeader(line)
	if !ok {
		p.fault("malformed section header", "a header is [name] or [name: condition]")
		p.current = &block{}
		return
	}
	p.finish()
	p.current = &block{name: name, condition: condition, header: p.position()}
	p.blocks = append(p.blocks, p.current)
}

func (p *parser) option(line string) {
	if p.current == nil {
		p.homeless()
		return
	}
	name, op, text, ok := splitOption(line)
	if !ok {
		p.fault("neither an option, a section header nor a comment", "an option is name = value, without blanks or any of {}[]: in the name")
		return
	}
	p.finish()
	p.pending = &pending{
		assignment: assignment{name: name, Contribution: Contribution{Position: p.position(), Op: op, Text: text}, raw: []string{text}},
		isBlock:    text == "",
	}
}

// more takes a continuation line. Below an operator that nothing stands behind,
// indentation and blank lines are part of the value.
func (o *pending) more(line string) {
	if o.isBlock {
		o.raw = append(o.raw, trimRightSpace(line))
	} else if line = trimSpace(line); line != "" {
		o.raw = append(o.raw, line)
	}
}

// finish puts the pending option, now complete, into its section.
func (p *parser) finish() {
	if o := p.pending; o != nil && !o.faulty {
		o.Text = strings.Join(dedent(o.raw), "\n")
		p.current.options = append(p.current.options, o.assignment)
	}
	p.pending = nil
}

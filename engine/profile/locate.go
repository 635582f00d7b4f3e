package profile

import (
	"slices"
	"strings"
)

// mention is a place in a profile where a text stands. Which line that is only an
// error wants to know.
type mention struct {
	in   []Contribution
	text string
	word bool // it stands between blanks
	line bool // it is a whole line
}

// has says whether a text mentions it.
func (m mention) has(text string) bool {
	if m.line {
		return slices.ContainsFunc(strings.Split(text, "\n"), func(line string) bool { return strings.TrimSpace(line) == m.text })
	}
	if m.word {
		return slices.Contains(strings.Fields(text), m.text)
	}
	return strings.Contains(text, m.text)
}

// mentionAt is a place that is known.
func mentionAt(at Position) mention { return mention{in: []Contribution{{Position: at}}} }

// place is a mention in one contribution.
type place struct {
	at         Position
	text       string
	word, line bool
}

// where is the line of a mention, in the last of the contributions that has it.
func (p *Profile) where(m mention) Position {
	for _, c := range slices.Backward(m.in) {
		if m.text == "" {
			return c.Position
		}
		if m.has(c.Text) {
			m.text, _, _ = strings.Cut(m.text, "\n")
			key := place{c.Position, m.text, m.word, m.line}
			at, ok := p.found[key]
			if !ok {
				at = p.lineOf(c.Position, m)
				p.found[key] = at
			}
			return at
		}
	}
	return last(m.in)
}

// lineOf finds the line of a text within the value that starts at a position.
// Only an error needs to know.
func (p *Profile) lineOf(at Position, m mention) Position {
	starts := p.lineStarts(at.File)
	if at.Line < 1 || at.Line > len(starts) {
		return at
	}
	n := at.Line
	for line := range strings.Lines(p.texts[at.File][starts[at.Line-1]:]) {
		value := line
		if n == at.Line {
			_, value, _ = strings.Cut(line, "=") // not in the option's name
		}
		isComment := line[0] == '#' || line[0] == ';'
		switch {
		case n > at.Line && !isSpace(rune(line[0])) && !isComment:
			return at // the next option
		case !isComment && m.has(value):
			return Position{at.File, n}
		}
		n++
	}
	return at
}

// Where is the place of a line, without the blanks around it, in what one
// contribution says.
func (p *Profile) Where(c Contribution, line string) Position {
	return p.where(mention{in: []Contribution{c}, text: line, line: true})
}

// lineStarts are the offsets of a file's lines.
func (p *Profile) lineStarts(file string) []int {
	if starts, ok := p.starts[file]; ok {
		return starts
	}
	starts, at := []int{}, 0
	for line := range strings.Lines(p.texts[file]) {
		starts = append(starts, at)
		at += len(line)
	}
	p.starts[file] = starts
	return starts
}

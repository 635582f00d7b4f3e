package profile

import (
	"slices"
	"strings"
)

// section is what the files and the command line say about one section: for
// each option every contribution in the order applied. Keeping contributions
// instead of values is what lets a += wait for the macro that it adds to.
type section struct {
	name    string
	header  Position // the first header met
	folder  string   // absolute, of the file with that header
	options map[string][]Contribution
}

// add appends the contributions of one file.
func (s *section) add(name string, cs []Contribution) {
	s.options[name] = append(s.options[name], cs...)
}

// gather makes the sections of one file out of its blocks, in the order met.
func gather(blocks []*block, folder string) []*section {
	var sections []*section
	byName := map[string]*section{}
	several := map[ref][]assignment{} // options set more than once
	for _, b := range blocks {
		s := byName[b.name]
		if s == nil {
			s = &section{b.name, b.header, folder, make(map[string][]Contribution, len(b.options))}
			byName[b.name] = s
			sections = append(sections, s)
		}
		for _, o := range b.options {
			before := s.options[o.name]
			s.options[o.name] = append(before, o.Contribution)
			if before != nil {
				several[ref{b.name, o.name}] = nil
			}
		}
	}
	if len(several) == 0 {
		return sections
	}
	for _, b := range blocks {
		for _, o := range b.options {
			at := ref{b.name, o.name}
			if as, ok := several[at]; ok {
				several[at] = append(as, o)
			}
		}
	}
	for at, as := range several {
		byName[at.section].options[at.option] = settle(as)
	}
	return sections
}

// settle orders what one file says about an option, as Buildout does: behind its
// last assignment all additions come before all removals, and the additions, and
// the removals, are put together before their margin is taken away.
func settle(as []assignment) []Contribution {
	from := 0
	for i, a := range as {
		if a.Op == "=" {
			from = i + 1
		}
	}
	var cs []Contribution
	for _, a := range as[:from] {
		cs = append(cs, a.Contribution)
	}
	for _, op := range [...]string{"+=", "-="} {
		var group []assignment
		for _, a := range as[from:] {
			if a.Op == op {
				group = append(group, a)
			}
		}
		cs = append(cs, join(group)...)
	}
	return cs
}

// join dedents the lines of several additions together. One that brings no line
// vanishes.
func join(group []assignment) []Contribution {
	if len(group) == 0 {
		return nil
	}
	var lines []string
	ends := make([]int, len(group)) // of each one's lines, counted from the end of lines
	for i, a := range group {
		raw := a.raw
		if raw == nil {
			raw = strings.Split(a.Text, "\n")
		}
		if i > 0 {
			for len(lines) > 1 && lines[len(lines)-1] == "" {
				lines = lines[:len(lines)-1]
			}
			ends[i-1] = len(lines)
			if raw[0] == "" {
				raw = raw[1:]
			}
		}
		lines = append(lines, raw...)
		ends[i] = len(lines)
	}
	whole := dedent(lines)
	// Blank lines were taken from both ends.
	lead := 0
	for lead < len(lines)-len(whole) && lines[lead] == "" {
		lead++
	}
	var cs []Contribution
	from := 0
	for i, a := range group {
		to := min(max(ends[i]-lead, from), len(whole))
		if to > from {
			a.Text = strings.Join(whole[from:to], "\n")
			cs = append(cs, a.Contribution)
		}
		from = to
	}
	if len(cs) == 0 {
		cs = append(cs, group[0].Contribution) // an addition of one empty line
	}
	return cs
}

// fold applies contributions to each other: += concatenates lines, -= removes
// exactly equal lines, and a += with nothing before it assigns.
func fold(cs []Contribution) string {
	if len(cs) == 1 && cs[0].Op != "-=" && cs[0].hangs == nil {
		return cs[0].Text
	}
	var lines []string
	gone := map[string]bool{} // lines to remove, of removals that follow each other
	remove := func() {
		if len(gone) > 0 {
			lines = without(lines, gone)
			gone = map[string]bool{}
		}
	}
	for _, c := range cs {
		if c.hangs != nil {
			continue
		}
		text := strings.Split(c.Text, "\n")
		if c.Op == "-=" {
			for _, l := range text {
				gone[l] = true
			}
			continue
		}
		remove()
		if c.Op == "+=" {
			lines = append(lines, text...)
		} else {
			lines = text
		}
	}
	remove()
	return strings.Join(lines, "\n")
}

// counting are the contributions that count. Nobody may change them.
func counting(cs []Contribution) []Contribution {
	if !slices.ContainsFunc(cs, func(c Contribution) bool { return c.hangs != nil }) {
		return slices.Clip(cs)
	}
	return slices.DeleteFunc(slices.Clone(cs), func(c Contribution) bool { return c.hangs != nil })
}

// hanging is the error about a value that hangs on the machine, or nil.
func hanging(cs []Contribution) error {
	for _, c := range slices.Backward(cs) {
		if c.hangs != nil {
			return c.hangs.err()
		}
		if c.Op == "=" {
			return nil
		}
	}
	return nil
}

// without removes lines; what is left is at least one line, if an empty one.
func without(lines []string, gone map[string]bool) []string {
	lines = slices.DeleteFunc(lines, func(l string) bool { return gone[l] })
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

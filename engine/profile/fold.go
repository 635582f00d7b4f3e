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
	for _, b := range blocks {
		s := byName[b.name]
		if s == nil {
			s = &section{b.name, b.header, folder, map[string][]Contribution{}}
			byName[b.name] = s
			sections = append(sections, s)
		}
		for _, o := range b.options {
			s.add(o.name, []Contribution{o.Contribution})
		}
	}
	for _, s := range sections {
		for _, cs := range s.options {
			addBeforeRemove(cs)
		}
	}
	return sections
}

// addBeforeRemove orders what one file says about an option: behind its last
// assignment all additions come before all removals, as in Buildout.
func addBeforeRemove(cs []Contribution) {
	from := 0
	for i, c := range cs {
		if c.Op == "=" {
			from = i + 1
		}
	}
	slices.SortStableFunc(cs[from:], func(a, b Contribution) int {
		return strings.Compare(a.Op, b.Op) // "+=" < "-="
	})
}

// fold applies contributions to each other: += concatenates lines, -= removes
// exactly equal lines, and a += with nothing before it assigns.
func fold(cs []Contribution) string {
	var lines []string
	for _, c := range cs {
		text := strings.Split(c.Text, "\n")
		switch c.Op {
		case "-=":
			lines = without(lines, text)
		case "+=":
			lines = append(lines, text...)
		default:
			lines = text
		}
	}
	return strings.Join(lines, "\n")
}

// without removes lines; what is left is at least one line, if an empty one.
func without(lines, removed []string) []string {
	gone := make(map[string]bool, len(removed))
	for _, l := range removed {
		gone[l] = true
	}
	lines = slices.DeleteFunc(lines, func(l string) bool { return gone[l] })
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

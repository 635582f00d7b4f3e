package report

import (
	"cmp"
	"slices"

	"belljar.build/engine/audit"
)

// section is a part with what was found of it.
type section struct {
	Part
	Tally
	Groups          []group          // of what counts, the gravest first
	Excepted, Known []*audit.Finding // what does not count
}

// group are a part's findings of one rule and one severity.
type group struct {
	Rule     audit.Rule
	Severity audit.Severity
	Findings []*audit.Finding
}

// sections groups the findings, in the order of the document's parts; parts that
// it does not list come after them.
func (d *Document) sections() []section {
	type name struct{ part, output string }
	all := make([]section, len(d.Parts))
	index := map[name]int{}
	for i, p := range d.Parts {
		all[i].Part = p
		index[name{p.Part, p.Output}] = i
	}
	for i := range d.Findings {
		f := &d.Findings[i]
		at, ok := index[name{f.Part, f.Output}]
		if !ok {
			at = len(all)
			index[name{f.Part, f.Output}] = at
			all = append(all, section{Part: Part{Part: f.Part, Output: f.Output, Place: f.Place}})
		}
		all[at].add(f)
	}
	order := map[audit.ID]int{}
	for i, r := range audit.Rules() {
		order[r.ID] = i
	}
	for _, s := range all {
		slices.SortStableFunc(s.Groups, func(a, b group) int {
			return cmp.Or(compareSeverity(a.Severity, b.Severity), cmp.Compare(order[a.Rule.ID], order[b.Rule.ID]))
		})
	}
	return all
}

func (s *section) add(f *audit.Finding) {
	s.Tally.add(f)
	switch {
	case f.Excepted != nil:
		s.Excepted = append(s.Excepted, f)
		return
	case f.Known:
		s.Known = append(s.Known, f)
		return
	}
	at := slices.IndexFunc(s.Groups, func(g group) bool { return g.Rule.ID == f.Rule && g.Severity == f.Severity })
	if at < 0 {
		rule, _ := audit.Find(f.Rule)
		rule.ID = f.Rule // one that this belljar does not know
		at = len(s.Groups)
		s.Groups = append(s.Groups, group{Rule: rule, Severity: f.Severity})
	}
	s.Groups[at].Findings = append(s.Groups[at].Findings, f)
}

// compareSeverity orders the gravest first.
func compareSeverity(a, b audit.Severity) int {
	switch {
	case a == b:
		return 0
	case a.AtLeast(b):
		return -1
	}
	return 1
}

// fix is what all findings of a group advise; "" when they differ or are one.
func (g *group) fix() string {
	for _, f := range g.Findings {
		if f.Fix != g.Findings[0].Fix {
			return ""
		}
	}
	if len(g.Findings) < 2 {
		return ""
	}
	return g.Findings[0].Fix
}

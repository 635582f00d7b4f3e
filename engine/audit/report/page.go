package report

import (
	"fmt"
	"html/template"
	"strings"

	"belljar.build/engine/audit"
)

// page is what the template shows.
type page struct {
	*Document
	Policy         string // of what the page may load: nothing
	Style          template.CSS
	Script         template.JS
	Verdict, Why   string
	FailFrom       string
	Static, Traced string // "12 of 15"
	Failing        int
	Tally          Tally
	Sections       []pageSection
	Cut            []string // parts whose observation is not whole
	Rules          []pageRule
	Graph          template.HTML
}

// pageSection is a part on the page.
type pageSection struct {
	section
	ID     string // of the element
	Groups []pageGroup
	Looked string // "output, build"
}

// pageGroup are a part's findings of a rule on the page.
type pageGroup struct {
	group
	Common string // what all advise
	Open   bool
}

// pageRule is a rule, and how often it found something that counts.
type pageRule struct {
	audit.Rule
	Found  int
	Looked bool
}

func newPage(d *Document) (*page, error) {
	p := &page{
		Document: d, Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Policy: fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
			hashSource(pageStyle), hashSource(pageScript)),
		Failing: d.Failing(), Tally: Count(d.Findings), FailFrom: string(d.failOn()) + "s",
	}
	var static, traced int
	for _, part := range d.Parts {
		if part.Static {
			static++
		}
		if part.Traced {
			traced++
		}
		if part.Truncated {
			p.Cut = append(p.Cut, partName(part))
		}
	}
	p.Static, p.Traced = share(static, len(d.Parts)), share(traced, len(d.Parts))
	p.Sections = pageSections(d)
	p.Rules = pageRules(d, static > 0, traced > 0)
	p.Verdict, p.Why = p.verdict()
	var err error
	p.Graph, err = drawing(d.Graph, p.Sections)
	return p, err
}

// verdict is a word and what it rests on.
func (p *page) verdict() (verdict, why string) {
	counted := p.Tally
	counted.Excepted, counted.Known = 0, 0
	switch {
	case p.Failing > 0:
		return "Fails", counted.String()
	case len(p.Parts) == 0:
		return "Passes", "nothing was looked at"
	case counted != Tally{}:
		return "Passes", fmt.Sprintf("%s, none of which fails the audit", counted)
	case p.Tally != Tally{}:
		return "Passes", "all that was found is excepted or known"
	}
	return "Passes", "nothing was found"
}

// share is "all", "none" or "3 of 15".
func share(n, all int) string {
	switch {
	case n == 0:
		return "none"
	case n == all:
		return "all"
	}
	return fmt.Sprintf("%d of %d", n, all)
}

func pageSections(d *Document) []pageSection {
	var all []pageSection
	used := map[string]bool{}
	for _, s := range d.sections() {
		p := pageSection{section: s, ID: elementID(partName(s.Part), used), Looked: looked(s.Part)}
		for _, g := range s.Groups {
			p.Groups = append(p.Groups, pageGroup{group: g, Common: g.fix(), Open: g.Severity.AtLeast(audit.Warning)})
		}
		all = append(all, p)
	}
	return all
}

// looked says what of a part was looked at.
func looked(p Part) string {
	var words []string
	if p.Static {
		words = append(words, "output")
	}
	if p.Traced {
		words = append(words, fmt.Sprintf("build (%s, %s)", count(p.Programs, "program"), count(p.Events, "event")))
	}
	return strings.Join(words, ", ")
}

// elementID is a part's on the page: "part-libxml2"; no other has it.
func elementID(name string, used map[string]bool) string {
	id := "part-" + strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	free := id
	for n := 2; used[free]; n++ {
		free = fmt.Sprint(id, "_", n)
	}
	used[free] = true
	return free
}

func pageRules(d *Document, static, traced bool) []pageRule {
	found := map[audit.ID]int{}
	for i := range d.Findings {
		if f := &d.Findings[i]; f.Counts() {
			found[f.Rule]++
		}
	}
	var all []pageRule
	for _, r := range audit.Rules() {
		looked := static
		if strings.HasPrefix(string(r.ID), "D") {
			looked = traced
		}
		all = append(all, pageRule{r, found[r.ID], looked})
	}
	return all
}

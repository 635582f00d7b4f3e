package audit

import (
	"path"
	"strings"
)

// Policy says what outputs are held against, and which findings do not count.
type Policy struct {
	Settings
	Exceptions []Exception
	// Build is what errors do to a build: "error" fails it, "warning" tells of
	// them, "off" looks at nothing.
	Build string
}

// Settings are what the static rules depend on besides the outputs.
type Settings struct {
	// GLibC is the ceiling of symbol versions, "2.31": that of a manylinux
	// policy, with the GLIBCXX, CXXABI and GCC versions that belong to it.
	GLibC string `json:"glibc"`
	// CPU is the level of x86-64 that instructions may be of: "v1" to "v4".
	CPU string `json:"cpu"`
}

// Exception lets findings pass.
type Exception struct {
	Rule ID `json:"rule"`
	// Part, and What, which is held against the finding's file and its subject,
	// are patterns as path.Match has them, but "*" alone is everything.
	Part   string `json:"part"`
	What   string `json:"what"`
	Reason string `json:"reason"` // never empty
	Place  Place  `json:"place"`
}

// matches tells whether the exception is about the finding.
func (e *Exception) matches(f *Finding) bool {
	return e.Rule == f.Rule && like(e.Part, f.Part) &&
		(like(e.What, f.File) || like(e.What, Mask(f.Subject)) || like(e.What, f.Subject))
}

// like is path.Match, but "*" alone also matches what has slashes, and "**" at
// the end everything below.
func like(pattern, text string) bool {
	if pattern == "*" || pattern == text {
		return true
	}
	if above, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(text, above+"/")
	}
	ok, err := path.Match(pattern, text)
	return ok && err == nil
}

// Apply marks the findings that are excepted, and returns the exceptions that
// nothing needs, of those about one part by name, and only where the part was
// looked at for the rule; nil: none was.
func (p *Policy) Apply(all []Finding, looked func(part string, rule ID) bool) (stale []Exception) {
	for i := range p.Exceptions {
		e := &p.Exceptions[i]
		used := false
		for j := range all {
			if e.matches(&all[j]) {
				all[j].Excepted, used = e, true
			}
		}
		if !used && looked != nil && !strings.ContainsAny(e.Part, "*?[") && looked(e.Part, e.Rule) {
			stale = append(stale, *e)
		}
	}
	return stale
}

// Ceilings are the versions of glibc that symbol versions can be held against:
// those of the manylinux policies and of the toolchains.
func Ceilings() []string { return []string{"2.17", "2.28", "2.31", "2.34", "2.36"} }

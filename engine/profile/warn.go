package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Warning is something in a profile that does nothing, and looks as if it should.
type Warning struct {
	Position
	Msg string
}

// readOptions are the options of [buildout] that belljar or Buildout reads, besides
// those with defaults and those that declare the target.
var readOptions = []string{
	"allowed-eggs-from-site-packages", "develop", "download-cache", "eggs", "environment-section", "exec-sitecustomize", "extends",
	"extends-cache", "extensions", "include-site-packages", "index", "mirrors", "networkcache-section", "optional-extends", "parts",
	"relative-paths", "shared-parts", "toolchain", "unzip", "verbosity",
}

// AuditPolicy is the section of the audit's policy, which a command line may add to
// any profile; package audit/policy reads it.
const AuditPolicy = "audit-policy"

// Warnings are the options of [buildout] that are one or two letters from one that
// is read, settings of sections that no file has, and references without an end.
func (p *Profile) Warnings() []Warning {
	var all []Warning
	all = append(all, p.misspeltOptions()...)
	for _, name := range p.order {
		s := p.sections[name]
		if s.header.File == CommandLine && name != AuditPolicy {
			all = append(all, Warning{s.header, fmt.Sprintf("no file has the section [%s]%s", name, orNearest(name, p.fileSections()))})
		}
		for _, option := range slices.Sorted(maps.Keys(s.options)) {
			all = append(all, p.openReferences(name, option)...)
		}
	}
	return all
}

func (p *Profile) openReferences(section, option string) []Warning {
	var all []Warning
	for _, c := range p.sections[section].options[option] {
		i := strings.LastIndex(c.Text, "${")
		if i < 0 || strings.Contains(c.Text[i:], "}") || i > 0 && c.Text[i-1] == '$' {
			continue
		}
		at := p.where(mention{in: []Contribution{c}, text: c.Text[i:]})
		all = append(all, Warning{at, fmt.Sprintf("[%s] %s: ${ without } is plain text: write $${ if it is meant", section, option)})
	}
	return all
}

func (p *Profile) misspeltOptions() []Warning {
	known := slices.Clone(readOptions)
	for _, o := range defaultOptions() {
		known = append(known, o.name)
	}
	for _, o := range targetOptions() {
		known = append(known, o.name)
	}
	known = append(known, "directory", "executable")
	options := p.sections[rootSection].options
	var all []Warning
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if slices.Contains(known, name) {
			continue
		}
		near := Nearest(name, known)
		set := near != "" && options[near] != nil && options[near][0].File != BuiltIn // then both are meant
		if near == "" || set || len(name) < 4 || distance(strings.ReplaceAll(name, "_", "-"), near) > 2 {
			continue
		}
		all = append(all, Warning{last(options[name]), fmt.Sprintf("[buildout] %s: nothing reads that option: did you mean %q?", name, near)})
	}
	return all
}

// fileSections are the sections that files have.
func (p *Profile) fileSections() []string {
	return slices.DeleteFunc(slices.Clone(p.order), func(name string) bool { return p.sections[name].header.File == CommandLine })
}

func orNearest(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf(": did you mean [%s]?", near)
	}
	return ""
}

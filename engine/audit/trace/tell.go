package trace

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/debian"
)

// tell makes findings of what was looked for: D02 of the libraries and D03 of
// the headers and .pc files.
func tell(parts known, libraries, headers []missed) []audit.Finding {
	l := teller{audit.LibraryLookup, "libraries", parts, packagesOf(headers)}
	h := teller{audit.HeaderLookup, "headers and .pc files", parts, packagesOf(libraries)}
	return append(l.findings(libraries), h.findings(headers)...)
}

// teller makes the findings of one rule.
type teller struct {
	rule  audit.ID
	what  string // "libraries"
	parts known
	also  map[string]string // package: what the other rule found of it
}

func packagesOf(all []missed) map[string]string {
	of := map[string]string{}
	for _, m := range all {
		if len(m.packages) > 0 && of[m.packages[0]] == "" {
			of[m.packages[0]] = m.name
		}
	}
	return of
}

// findings has one for each name that a Debian package has. What none has would
// be found on few machines (windows.h), and what the toolchain's own packages
// have in another release cannot be declared: each of these kinds is one note.
func (t *teller) findings(all []missed) (findings []audit.Finding) {
	var unknown, own []missed
	for _, m := range all {
		switch {
		case len(m.packages) == 0:
			unknown = append(unknown, m)
		case slices.ContainsFunc(m.packages, ofToolchain):
			own = append(own, m)
		default:
			findings = append(findings, t.finding(m))
		}
	}
	findings = append(findings, note(t.rule, "in no package", fmt.Sprintf("%d %s that no Debian package has were looked for", len(unknown), t.what), unknown)...)
	return append(findings, note(t.rule, "of the toolchain", fmt.Sprintf("%d %s that the toolchain's own packages have, but not in this release or not for linking statically, were looked for", len(own), t.what), own)...)
}

func (t *teller) finding(m missed) audit.Finding {
	by := "the build"
	if m.seen.last.kind == linker {
		by = "the linker"
	}
	f := audit.New(t.rule, "", m.name, fmt.Sprintf("%s looked for %s, which Debian's %s has, and did not find it", by, m.name, m.packages[0]))
	f.Evidence = m.seen.evidence
	if other := t.also[m.packages[0]]; other != "" {
		if len(f.Evidence) == audit.MaxEvidence {
			f.Evidence = f.Evidence[:audit.MaxEvidence-1]
		}
		f.Evidence = append(f.Evidence, audit.Evidence{Where: "of the same package", Text: other + " was not found either"})
	}
	f.Fix = t.fix(m)
	return f
}

// note is about names that are no leaks one by one.
func note(rule audit.ID, subject, message string, all []missed) []audit.Finding {
	if len(all) == 0 {
		return nil
	}
	f := audit.New(rule, "", subject, message)
	f.Severity = audit.Note
	for chunk := range slices.Chunk(all, max(20, (len(all)+audit.MaxEvidence-1)/audit.MaxEvidence)) {
		var names []string
		for _, m := range chunk {
			names = append(names, m.name)
		}
		f.Evidence = append(f.Evidence, audit.Evidence{
			Where: fmt.Sprintf("process %d and others", chunk[0].seen.last.number), Text: cut(strings.Join(names, " "), 2000),
		})
	}
	return []audit.Finding{f}
}

// ofToolchain tells Debian's packages that every toolchain is made of.
func ofToolchain(name string) bool {
	switch name {
	case "libc6-dev", "linux-libc-dev", "libcrypt-dev", "libc-bin", "libc-dev-bin", "coreutils", "binutils":
		return true
	}
	return strings.HasPrefix(name, "libgcc-") || strings.HasPrefix(name, "libstdc++-")
}

func (t *teller) fix(m missed) string {
	off := ", or turn it off, as --without-" + feature(m.name) + " does in many configure scripts"
	return t.parts.fix(m.packages[0]) + off
}

// known are the parts of which a fix can speak.
type known struct {
	own      string
	names    []string // that could be declared
	declared []string
}

func knownTo(s Subject) known {
	k := known{own: s.Part, names: s.Parts}
	for _, in := range s.Inputs {
		if in.Declared {
			k.declared = append(k.declared, in.Part)
		}
	}
	return k
}

// fix says how one comes by a Debian package's files.
func (k known) fix(name string) string {
	switch {
	case ofToolchain(name):
		return "the toolchain leaves it out"
	case partOf([]string{k.own}, name) != "":
		return "it is of this part itself: see to it that the build does not use one that is installed"
	case partOf(k.declared, name) != "":
		return partOf(k.declared, name) + " is declared and does not have it: build it so that it has"
	case partOf(k.names, name) != "":
		return fmt.Sprintf("add dependency %s (Debian: %s)", partOf(k.names, name), name)
	}
	return fmt.Sprintf("add a part for %s (Debian: %s)", debian.Source(name), name)
}

// partOf is the part that is called like the package's source.
func partOf(parts []string, name string) string {
	source := debian.Source(name)
	for _, like := range []string{source, strings.TrimSuffix(source, "-utils"), "lib" + source, strings.TrimPrefix(source, "lib"), strings.TrimRight(source, "0123456789.-"), name, strings.TrimSuffix(name, "-dev")} {
		if slices.Contains(parts, like) {
			return like
		}
	}
	return ""
}

// feature is what a configure script would call it: "lzma" for liblzma, lzma.h.
func feature(name string) string {
	name = path.Base(name)
	name, _, _ = strings.Cut(name, ".so.")
	for _, end := range []string{".pc", ".h", ".hpp", ".hh"} {
		name = strings.TrimSuffix(name, end)
	}
	return strings.TrimPrefix(name, "lib")
}

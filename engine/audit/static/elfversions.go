package static

import (
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/audit"
)

// versions looks at the symbol versions that a file demands: S05.
//
// What a declared part provides must define the version, and nothing else: the
// part is there wherever the output is. What comes from the base, or from nowhere,
// comes from the machine in the end: glibc's versions, and those of gcc's
// libraries, must then be in the policy.
func (r *run) versions(f *elfFile) error {
	w := r.elfRun.world
	s, err := w.load(f.elfPlace, f.object)
	if err != nil || w.base == w.own { // glibc may use what is its own
		return err
	}
	seen := map[string]bool{}
	for _, n := range f.object.Needs {
		if seen[n.Version] {
			continue
		}
		m := s.named[n.Library]
		what, fix := "", ""
		switch {
		case m != nil && m.tree != w.base:
			if !n.Weak && len(m.object.Versions) > 0 && !slices.Contains(m.object.Versions, n.Version) {
				what = fmt.Sprintf("needs %s of %s, which the one of %s does not define", n.Version, n.Library, m.tree.name())
				fix = "build it against the " + n.Library + " that it is to run with"
			}
		default:
			what, fix = r.aboveCeiling(n.Version)
		}
		if what == "" {
			continue
		}
		seen[n.Version] = true
		finding := audit.New(audit.SymbolVersion, f.rel, n.Version, what)
		finding.Evidence = f.versionEvidence(n.Version)
		finding.Fix = fix
		r.add(finding)
	}
	return nil
}

// aboveCeiling holds a version of the base's libraries against the policy.
func (r *run) aboveCeiling(version string) (what, fix string) {
	if version == "GLIBC_PRIVATE" {
		return "needs GLIBC_PRIVATE, which glibc keeps for itself and changes with every release", "use glibc's public functions"
	}
	ceiling, ok := allows(r.settings.GLibC, version)
	if ok {
		return "", ""
	}
	what = fmt.Sprintf("needs %s, which glibc %s does not have", version, ceiling)
	if !strings.HasPrefix(version, "GLIBC_") {
		what = fmt.Sprintf("needs %s, which machines with glibc %s need not have", version, ceiling)
	}
	return what, "build with a toolchain of an older glibc, or raise glibc in [audit-policy]"
}

// versionEvidence names symbols of a version.
func (f *elfFile) versionEvidence(version string) (all []audit.Evidence) {
	var names []string
	for _, u := range f.object.Undefined {
		if u.Version == version {
			names = append(names, u.Name+"@"+version+" of "+u.Library)
		}
	}
	if len(names) == 0 {
		return []audit.Evidence{{Where: ".gnu.version_r", Text: version}}
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), audit.MaxEvidence)] {
		all = append(all, audit.Evidence{Where: ".dynsym", Text: clip(name)})
	}
	return all
}

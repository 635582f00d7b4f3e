package static

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
)

// searchPaths looks at RUNPATH and RPATH: S03.
func (r *run) searchPaths(f *elfFile) error {
	origin := path.Dir(r.elfRun.world.logical(f.elfPlace))
	for _, list := range [][2]string{{"RUNPATH", f.object.RunPath}, {"RPATH", f.object.RPath}} {
		all := entries(list[1])
		slices.Sort(all)
		for _, entry := range slices.Compact(all) {
			what, fix := r.badEntry(entry, origin)
			if what == "" {
				continue
			}
			finding := audit.New(audit.BadRunPath, f.rel, entry, fmt.Sprintf("its %s %s", list[0], what))
			finding.Evidence = []audit.Evidence{{Where: ".dynamic", Text: clip(list[0] + " " + list[1])}}
			finding.Fix = fix
			r.add(finding)
		}
	}
	return nil
}

// badEntry says what is wrong with an entry of a search path, and what to do; ""
// if nothing is.
func (r *run) badEntry(entry, origin string) (what, fix string) {
	drop := "remove the entry, with patchelf or by the option that makes it"
	if entry == "" {
		return "has an empty entry, which is the current folder", drop
	}
	dir := expand(entry, origin)
	if !path.IsAbs(dir) {
		return fmt.Sprintf("has the entry %s, which is relative to the current folder", entry), "write it relative to $ORIGIN"
	}
	dir = path.Clean(dir)
	below, ok := strings.CutPrefix(dir, rootfs.Logical+"/")
	if !ok {
		for _, known := range [][2]string{{"/build", "the build folder"}, {"/tmp", "a folder for all"}, {"/tc", "the toolchain's folder, which only builds see"}} {
			if dir == known[0] || strings.HasPrefix(dir, known[0]+"/") {
				return fmt.Sprintf("has the entry %s: %s", entry, known[1]), drop
			}
		}
		return fmt.Sprintf("has the entry %s, which leads out of the store", entry), drop
	}
	stored, _, _ := strings.Cut(below, "/")
	if r.elfRun.world.stored[stored] != nil {
		return "", ""
	}
	i := slices.IndexFunc(r.subject.Others, func(t Tree) bool { return t.Path == stored })
	if i < 0 {
		return fmt.Sprintf("has the entry %s, which leads to an output that the build could not see", entry), drop
	}
	name := r.subject.Others[i].name()
	return fmt.Sprintf("has the entry %s, which leads to %s, which is not declared", entry, name), "add dependency " + name + ", or remove the entry"
}

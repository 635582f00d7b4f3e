package static

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/object"
	"belljar.build/rootfs"
)

// opened is a library that a file may open while it runs.
type opened struct {
	// names are tried in turn.
	names    []string
	certain  bool // a note says so; else a string looks like it
	feature  string
	priority string
	address  uint64 // of the string
}

// maxOpened bounds what is kept of one file.
const maxOpened = 256

// readOpened reads what a file says of what it opens: in its notes, and in its
// strings if it can open anything at all.
func readOpened(o *object.File) (all []opened) {
	noted := map[string]bool{}
	for _, d := range o.Dlopens() {
		if len(d.SoNames) > 0 && len(d.SoNames) <= 64 && len(all) < maxOpened {
			all = append(all, opened{names: d.SoNames, certain: true, feature: d.Feature, priority: d.Priority})
		}
		for _, name := range d.SoNames {
			noted[name] = true
		}
	}
	if !slices.ContainsFunc(o.Undefined, func(u object.Symbol) bool { return u.Name == "dlopen" || u.Name == "dlmopen" }) {
		return all
	}
	for _, name := range slices.Concat(o.Needed, []string{o.SoName}) {
		noted[name] = true
	}
	o.Strings(".so", func(address uint64, text string) {
		if !noted[text] && libraryName(text) && len(all) < maxOpened {
			noted[text] = true
			all = append(all, opened{names: []string{text}, address: address})
		}
	})
	return all
}

// libraryName tells whether a text is the name of a library, "libz.so.1", or an
// absolute path of one, and no pattern for such.
func libraryName(text string) bool {
	base := path.Base(text)
	stem, version, ok := strings.Cut(base, ".so")
	if !ok || strings.ContainsAny(text, "%*?$ ()<>,;:'\"{}[]=\\|&`~") || !versionNumber(version) {
		return false
	}
	if strings.HasPrefix(stem, "ld") || stem == "libc" {
		return false // linkers name the loader, and nobody opens libc by hand
	}
	if path.IsAbs(text) {
		return stem != ""
	}
	return base == text && strings.HasPrefix(stem, "lib") && len(stem) > len("lib")
}

// versionNumber tells whether a text is "" or like ".1" or ".1.2.13".
func versionNumber(text string) bool {
	if text == "" {
		return true
	}
	number, ok := strings.CutPrefix(text, ".")
	for part := range strings.SplitSeq(number, ".") {
		ok = ok && part != "" && strings.Trim(part, "0123456789") == ""
	}
	return ok
}

// opened looks for what the file opens: S23.
func (r *run) opened(f *elfFile) error {
	w := r.elfRun.world
	s, err := w.load(f.elfPlace, f.object)
	if err != nil {
		return err
	}
	for _, o := range f.opens {
		there := false
		for _, name := range o.names {
			found, err := r.opens(s, name)
			if err != nil {
				return err
			}
			there = there || found
		}
		if !there {
			r.add(dynamicOpen(f, o))
		}
	}
	return nil
}

// opens tells whether the library is there: loaded, found from the file, or in the
// output.
func (r *run) opens(s *process, name string) (bool, error) {
	w := r.elfRun.world
	if s.named[name] != nil || len(w.own.find(path.Base(name))) > 0 || w.base == nil && ofBase(name) {
		return true, nil
	}
	_, o, err := w.search(s.modules[0], name)
	return o != nil, err
}

func dynamicOpen(f *elfFile, o opened) audit.Finding {
	name := o.names[0]
	finding := audit.New(audit.DynamicOpen, f.rel, name, "")
	if o.certain {
		finding.Message = fmt.Sprintf("opens %s while it runs, and does not find it", strings.Join(o.names, " or "))
		finding.Evidence = []audit.Evidence{{Where: ".note.dlopen", Text: strings.TrimSpace(fmt.Sprintf("%s %s (%s)", name, o.feature, o.priority))}}
	} else {
		finding.Severity = audit.Note
		finding.Message = fmt.Sprintf("may open %s while it runs: the name stands in it, and it calls dlopen", name)
		finding.Evidence = []audit.Evidence{{Where: fmt.Sprintf("at address %#x", o.address), Text: name}}
	}
	finding.Fix = "add the part that has it as a dependency and let RUNPATH lead there, or build without the feature"
	if strings.HasPrefix(name, "/") && !strings.HasPrefix(name, rootfs.Logical+"/") {
		finding.Fix = "let it open a library of a declared part, or build without the feature"
	}
	return finding
}

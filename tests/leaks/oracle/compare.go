package main

import (
	"debug/elf"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// comparison is what came out for one source.
type comparison struct {
	source *source
	leaks  []leak // libraries that only the open build links
	// declared are among those what Debian packs with a library that both builds
	// link, such as libtinfo with libncursesw: the sealed build declares it.
	declared []string
	// The libraries of D02, by what the open build did:
	right []string // it linked them, or its configure did in a trial that went well
	wrong []string // the root has them, and it did neither
	// untested are not in the root: it cannot tell.
	untested []string
	headers  int // findings of D03
}

// leak is a library that only the open build links.
type leak struct {
	soname   string
	byLinker bool   // D02 predicted it
	byHeader string // what D03 said: "zlib.h"; "": nothing
}

func (p *place) compare(s *source, x *index, found []finding) (*comparison, error) {
	sealed, err := needed(s.output)
	if err != nil {
		return nil, err
	}
	open, err := needed(filepath.Join(p.root, "out", s.name))
	if err != nil {
		return nil, err
	}
	tried, err := linked(filepath.Join(p.root, "build", s.name))
	if err != nil {
		return nil, err
	}
	return judge(s, x, found, sealed, open, tried), nil
}

// judge compares the libraries that both builds need and that the open build's
// configure linked in trials with what was found.
func judge(s *source, x *index, found []finding, sealed, open, tried map[string]bool) *comparison {
	c := &comparison{source: s}
	var libraries, headers []string
	for _, f := range found {
		switch {
		case f.Severity == "note": // what no package of Debian has, so that nobody can link it
		case f.Rule == "D02":
			libraries = append(libraries, libraryOf(f.Subject))
		case f.Rule == "D03":
			headers = append(headers, f.Subject)
		}
	}
	c.headers = len(headers)
	linkedNames := map[string]bool{}
	for _, soname := range sorted(open) {
		l := x.links[soname]
		if l == nil {
			l = &library{}
		}
		for _, name := range l.names {
			linkedNames[name] = true
		}
		if sealed[soname] {
			continue
		}
		if x.packedWith(l, sealed) {
			c.declared = append(c.declared, soname)
			continue
		}
		c.leaks = append(c.leaks, leak{
			soname:   soname,
			byLinker: slices.ContainsFunc(l.names, func(name string) bool { return slices.Contains(libraries, name) }),
			byHeader: headerOf(x, headers, l.packages),
		})
	}
	slices.Sort(libraries)
	for _, name := range slices.Compact(libraries) {
		switch {
		case linkedNames[name] || tried[name]:
			c.right = append(c.right, name)
		case x.names[name]:
			c.wrong = append(c.wrong, name)
		default:
			c.untested = append(c.untested, name)
		}
	}
	return c
}

// packedWith tells whether a package of a library has one of the sonames too.
func (x *index) packedWith(l *library, sonames map[string]bool) bool {
	for soname := range sonames {
		other := x.links[soname]
		if other != nil && slices.ContainsFunc(l.packages, func(p string) bool { return slices.Contains(other.packages, p) }) {
			return true
		}
	}
	return false
}

// headerOf is the first header or .pc file that one of the packages has.
func headerOf(x *index, headers, packages []string) string {
	for _, header := range headers {
		for _, p := range x.devPackages(header) {
			if slices.Contains(packages, p) {
				return header
			}
		}
	}
	return ""
}

// libraryOf is what -l calls the library of a finding: "libz" is "z".
func libraryOf(subject string) string { return strings.TrimPrefix(subject, "lib") }

// needed are the libraries that a tree's ELF files need, but for its own.
func needed(root string) (map[string]bool, error) {
	all, own := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		f, err := elf.Open(name)
		if err != nil {
			return nil // not one
		}
		defer f.Close()
		libraries, _ := f.ImportedLibraries()
		for _, l := range libraries {
			all[l] = true
		}
		sonames, _ := f.DynString(elf.DT_SONAME)
		for _, s := range sonames {
			own[s] = true
		}
		return nil
	})
	for s := range own {
		delete(all, s)
	}
	return all, err
}

// linked are the -l of trials of configure that went well, in all config.log of a
// folder: a command's line, and behind it "$? = 0" of the same line of configure.
func linked(folder string) (map[string]bool, error) {
	all := map[string]bool{}
	command := regexp.MustCompile(`^(configure:\d+): (.* >&5)$`)
	result := regexp.MustCompile(`^(configure:\d+): \$\? = 0$`)
	library := regexp.MustCompile(`(?:^| )-l([\w.+-]+)`)
	err := filepath.WalkDir(folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "config.log" {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		var at, last string
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n")
			if m := command.FindStringSubmatch(line); m != nil {
				at, last = m[1], m[2]
			} else if m := result.FindStringSubmatch(line); m != nil && m[1] == at {
				for _, l := range library.FindAllStringSubmatch(last, -1) {
					all[l[1]] = true
				}
				at = ""
			}
		}
		return nil
	})
	return all, err
}

func sorted(set map[string]bool) (all []string) {
	for s := range set {
		all = append(all, s)
	}
	slices.Sort(all)
	return all
}

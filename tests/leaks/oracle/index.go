package main

import (
	"bufio"
	"debug/elf"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// index is what the open root has: its packages' files, and its libraries.
type index struct {
	owners map[string][]string // packages by path
	// links are the linker's names of a library ("z"), by soname ("libz.so.1"), and
	// the packages that have them.
	links map[string]*library
	names map[string]bool // all that -l finds
}

type library struct{ names, packages []string }

const triplet = "/usr/lib/x86_64-linux-gnu"

// readIndex reads dpkg's lists.
func readIndex(root string) (*index, error) {
	x := &index{owners: map[string][]string{}, links: map[string]*library{}, names: map[string]bool{}}
	lists, err := filepath.Glob(filepath.Join(root, "var/lib/dpkg/info/*.list"))
	if err != nil {
		return nil, err
	}
	for _, list := range lists {
		name, _, _ := strings.Cut(strings.TrimSuffix(filepath.Base(list), ".list"), ":")
		if err := x.read(list, name); err != nil {
			return nil, err
		}
	}
	for file, packages := range x.owners {
		if dir := path.Dir(file); dir != triplet && dir != "/usr/lib" {
			continue
		}
		if name, ok := linkName(path.Base(file)); ok {
			x.names[name] = true
			for _, soname := range sonames(root, file) {
				x.link(soname, name, packages)
			}
		}
	}
	return x, nil
}

func (x *index) read(list, name string) error {
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		file := lines.Text()
		if strings.HasPrefix(file, "/lib/") {
			file = "/usr" + file // one folder, by a link
		}
		x.owners[file] = append(x.owners[file], name)
	}
	return lines.Err()
}

// linkName is what -l calls libNAME.so and libNAME.a.
func linkName(base string) (string, bool) {
	name, ok := strings.CutPrefix(base, "lib")
	for _, ending := range []string{".so", ".a"} {
		if short, found := strings.CutSuffix(name, ending); found && ok {
			return short, true
		}
	}
	return "", false
}

func (x *index) link(soname, name string, packages []string) {
	l := x.links[soname]
	if l == nil {
		l = &library{}
		x.links[soname] = l
	}
	if !slices.Contains(l.names, name) {
		l.names = append(l.names, name)
		slices.Sort(l.names)
	}
	for _, p := range packages {
		if !slices.Contains(l.packages, p) {
			l.packages = append(l.packages, p)
			slices.Sort(l.packages)
		}
	}
}

// sonames are the libraries that a linker's name stands for: one, or, if it is a
// script of the linker's, those that it names.
func sonames(root, file string) []string {
	resolved := file
	for range 10 {
		target, err := os.Readlink(root + resolved)
		if err != nil {
			break
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(resolved), target)
		}
		resolved = strings.Replace(path.Clean(target), "/lib/x86_64", "/usr/lib/x86_64", 1)
		resolved = strings.Replace(resolved, "/usr/usr/", "/usr/", 1)
	}
	f, err := elf.Open(root + resolved)
	if err != nil {
		text, _ := os.ReadFile(root + resolved)
		if len(text) > 4096 {
			return nil
		}
		return regexp.MustCompile(`\blib[\w.+-]+\.so\.[\d.]+`).FindAllString(string(text), -1)
	}
	defer f.Close()
	all, _ := f.DynString(elf.DT_SONAME)
	return all
}

// devPackages are those that have a header or .pc file where compilers and pkg-config
// look by themselves.
func (x *index) devPackages(name string) (all []string) {
	for _, folder := range []string{"/usr/include", "/usr/include/x86_64-linux-gnu", "/usr/local/include", triplet + "/pkgconfig", "/usr/share/pkgconfig"} {
		all = append(all, x.owners[folder+"/"+name]...)
	}
	return all
}

package trace

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// process is a program that ran.
type process struct {
	number int
	name   string // "cc1"
	kind   kind
	parent *process
	shown  string // its arguments, cut, with what tells little left out
	// libraries are what a linker was told to link: "z" for -lz, base names of
	// libraries that were named by path.
	libraries []string
	// shell runs it: it is a script of one.
	shell bool
	// file: not all of them are known, for they stand in an argument file.
	file bool
	// ofInput: it lies in an output that the build was given.
	ofInput bool
}

// kind says what programs are that read in order to build.
type kind uint8

const (
	other    kind = iota
	driver        // gcc: it reads little itself, and starts the others
	compiler      // cc1, cpp
	linker
	packager // pkg-config
)

func belljar() *process { return &process{name: "belljar"} }

// unknown stands for programs that the observation does not tell of.
func unknown() *process { return &process{number: -1, name: "unknown"} }

func newProcess(r observe.Record, parent *process) *process {
	name := path.Base(r.Program)
	p := &process{number: r.Process, name: strings.Clone(name), kind: kindOf(name), parent: parent}
	if p.kind == linker {
		p.libraries, p.file = linked(r.Argv)
	}
	p.shown = p.show(r.Argv)
	return p
}

// kindOf goes by the name, without the machine and the version:
// "x86_64-linux-gnu-gcc-12" is gcc.
func kindOf(name string) kind {
	name = strings.TrimPrefix(name, "x86_64-linux-gnu-")
	if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789.") == "" {
		name = name[:i]
	}
	switch name {
	case "gcc", "g++", "cc", "c++", "clang", "clang++", "c99", "c89", "cpp", "gfortran", "collect2":
		return driver
	case "cc1", "cc1plus", "cc1obj", "f951", "as":
		return compiler
	case "ld", "ld.bfd", "ld.gold", "gold", "ld.lld", "lld", "mold":
		return linker
	case "pkg-config", "pkgconf":
		return packager
	}
	return other
}

// linked reads what a linker is told to link.
func linked(argv []string) (names []string, file bool) {
	for i, arg := range argv {
		switch {
		case strings.HasPrefix(arg, "@"):
			file = true
		case arg == "-l" && i+1 < len(argv):
			names = append(names, argv[i+1])
		case strings.HasPrefix(arg, "-l"):
			names = append(names, arg[2:])
		case isLibrary(path.Base(arg)) && !strings.HasPrefix(arg, "-"):
			names = append(names, path.Base(arg))
		}
	}
	return names, file
}

// isLibrary tells names of libraries: "libz.a", "libz.so.1".
func isLibrary(base string) bool {
	return strings.HasSuffix(base, ".a") || strings.HasSuffix(base, ".so") || strings.Contains(base, ".so.")
}

// links tells whether the linker was told to link the library of this base name.
func (p *process) links(base string) bool {
	if p.file {
		return !strings.Contains(base, ".so.")
	}
	for _, name := range p.libraries {
		if name == base || strings.TrimPrefix(name, ":") == base ||
			strings.TrimSuffix(strings.TrimSuffix(base, ".a"), ".so") == "lib"+name {
			return true
		}
	}
	return false
}

// maxShown is how much of a program's arguments, in bytes, evidence has.
const maxShown = 240

func (p *process) show(argv []string) string {
	var b strings.Builder
	b.WriteString(p.name)
	for i, arg := range argv {
		if i == 0 || (p.kind == compiler || p.kind == linker) && dull(argv, i) {
			continue
		}
		b.WriteByte(' ')
		b.WriteString(strings.Join(strings.Fields(cut(arg, maxShown)), " "))
		if b.Len() > maxShown {
			break
		}
	}
	return cut(b.String(), maxShown)
}

// dull are the arguments that every call of cc1 and ld has.
func dull(argv []string, i int) bool {
	for _, prefix := range []string{"/tc/", "/usr/", "-L/tc/", "-L/usr/", "-L/lib/", "-plugin", "-iprefix", "-imultiarch", "-quiet", "-f", "--", "-dumpbase", "-auxbase", "-dynamic-linker", "/lib64/"} {
		if strings.HasPrefix(argv[i], prefix) {
			return true
		}
	}
	switch argv[i-1] {
	case "-imultiarch", "-iprefix", "-dumpbase", "-auxbase", "-plugin", "-dynamic-linker":
		return true
	}
	return false
}

// cut shortens a text to so many bytes, not within a character.
func cut(text string, most int) string {
	if len(text) <= most {
		return strings.Clone(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "..."
}

// command is the process that the build itself called: of gcc, cc1 and ld it is
// the gcc that a person or a script wrote.
func (p *process) command() *process {
	for range 16 { // more only by what means to be long
		if p.parent == nil || p.parent.kind != driver || p.kind != compiler && p.kind != linker && p.kind != driver {
			break
		}
		p = p.parent
	}
	return p
}

// script is the nearest ancestor that is a configure script, or nil.
func (p *process) script() *process {
	for range 64 {
		if p = p.parent; p == nil {
			return nil
		}
		if strings.Contains(p.shown, "configure") {
			return p
		}
	}
	return nil
}

// evidence names the process, its arguments, and who had it called.
func (p *process) evidence(what string) audit.Evidence {
	c := p.command()
	text := c.shown
	if c != p {
		text += " (its " + p.name + ")"
	}
	if s := c.script(); s != nil {
		text += ", from " + s.shown
	}
	if what != "" {
		text = what + ": " + text
	}
	return audit.Evidence{Where: fmt.Sprintf("process %d", p.number), Text: text}
}

package trace

import (
	"maps"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/debian"
	"belljar.build/sandbox/observe"
)

// lookups are D02 and D03: libraries, headers and .pc files that somebody looked
// for. A compiler asks in folder after folder, so a miss alone says nothing; it
// counts if the same program never found the name anywhere.
//
//   - A linker that found libz.so or libz.a has found z. Versioned names
//     (libz.so.1) that it misses are what libraries need: that is no choice of
//     the build.
//   - Other programs ask for libraries in the system's folders (a shell's test,
//     CMake, setup.py); that counts unless a linker of this build linked it.
//   - What a compiler was to link, but did not come to, because a header is
//     missing, it would look for on a machine that has the header.
//   - Programs that load libz.so.1 at run time and miss it count as well.
//   - Headers go by the name with which one would #include them: sys/types.h is
//     another than types.h. Whatever a compiler does not find it has also looked
//     for in /usr/include and its folder for amd64, so only misses there count.
//   - pkg-config does not look into folders that do not exist, so what it was
//     asked for counts too.
type lookups struct {
	found memory
	// perMachine are the headers that were missed in the folder of that name.
	perMachine memory
	libraries  misses
	loaded     misses
	headers    misses
	modules    misses
	linked     map[string]bool // what some linker found
	intended   intended
	parts      known
}

func newLookups(s Subject) *lookups {
	return &lookups{
		found: newMemory(), perMachine: newMemory(), libraries: misses{}, loaded: misses{}, headers: misses{}, modules: misses{},
		linked: map[string]bool{}, intended: newIntended(), parts: knownTo(s),
	}
}

func (l *lookups) started(p *process, argv []string) {
	l.intended.started(p, argv)
	if p.kind != packager {
		return
	}
	for _, module := range modules(argv) {
		l.modules.add(module, p)
	}
}

func (l *lookups) did(e event) {
	switch e.op {
	case observe.Open, observe.Stat:
	default:
		return
	}
	if e.by.number == 0 {
		return
	}
	name := path.Base(e.path)
	switch {
	case strings.HasSuffix(name, ".pc"):
		l.module(e, strings.TrimSuffix(name, ".pc"))
	case strings.HasPrefix(name, "lib") && (strings.HasSuffix(name, ".so") || strings.HasSuffix(name, ".a")):
		l.library(e, strings.TrimSuffix(strings.TrimSuffix(name, ".a"), ".so"))
	case strings.HasPrefix(name, "lib") && strings.Contains(name, ".so."):
		l.load(e, name)
	default:
		l.header(e)
	}
}

func (l *lookups) module(e event, name string) {
	if e.found {
		l.found.add(e.by, name+".pc")
	} else if e.at != work && !strings.HasSuffix(name, "-uninstalled") {
		l.modules.add(name, e.by)
	}
}

func (l *lookups) library(e event, name string) {
	switch {
	case e.found:
		l.found.add(e.by, name)
		if e.by.kind == linker {
			l.linked[name] = true
		}
	case e.by.kind == linker, (e.at == base || e.at == outside) && inLibrary(e.path):
		l.libraries.add(name, e.by)
	}
}

func (l *lookups) load(e event, name string) {
	switch {
	case e.by.kind == linker || e.op != observe.Open:
	case e.found:
		l.found.add(e.by, name)
	case e.at != work:
		l.loaded.add(name, e.by)
	}
}

// inLibrary tells paths in folders where a machine has libraries.
func inLibrary(file string) bool {
	for _, name := range strings.Split(path.Dir(file), "/") {
		if name == "lib" || name == "lib64" || name == "lib32" {
			return true
		}
	}
	return false
}

// header takes any name from a compiler, and from others what ends like one.
func (l *lookups) header(e event) {
	isNamed := isHeader(e.path)
	switch {
	case !isNamed && e.by.kind != compiler:
	case e.found:
		if e.op == observe.Open || isNamed {
			l.foundHeader(e)
		}
	case (isNamed || e.op == observe.Open) && (e.at == base || e.at == outside):
		l.missedHeader(e)
	}
}

// perMachine is where headers are that differ from machine to machine.
const perMachine = "/usr/include/x86_64-linux-gnu"

// missedHeader takes of what a compiler misses only what it has looked for in
// the last two folders, one after the other: what a header includes in quotes it
// first looks for beside that header, which does not mean "bits/linux/stat.h".
func (l *lookups) missedHeader(e event) {
	name := included(e.path)
	switch {
	case name == "":
	case e.by.kind != compiler:
		l.headers.add(name, e.by)
	case strings.HasPrefix(e.path, perMachine+"/"):
		l.perMachine.add(e.by, name)
	case e.path == "/usr/include/"+name && l.perMachine.has(e.by, name):
		l.headers.add(name, e.by)
		l.intended.block(e.by, name)
	}
}

// depth is how many last names of a header's path tell it from others.
const depth = 4

// foundHeader remembers all names by which the path may be included.
func (l *lookups) foundHeader(e event) {
	end := len(e.path)
	for range depth {
		if end = strings.LastIndexByte(e.path[:end], '/'); end < 0 {
			return
		}
		l.found.add(e.by, e.path[end+1:])
	}
}

func isHeader(file string) bool {
	switch path.Ext(file) {
	case ".h", ".hh", ".hpp", ".hxx", ".H":
		return true
	}
	return false
}

// included is the name by which a path in a folder for headers is included.
func included(file string) string {
	for _, folder := range []string{perMachine, "/usr/include", "/usr/local/include"} {
		if name, ok := below(file, folder); ok {
			return name
		}
	}
	if _, name, ok := strings.Cut(file, "/include/"); ok && isHeader(file) && !strings.HasPrefix(file, "/usr/lib/") {
		return name
	}
	return ""
}

func (l *lookups) findings() []audit.Finding {
	libraries := missing(l.libraries, debian.Library, func(name string, p *process) bool {
		return l.found.has(p, name) || p.kind != linker && l.linked[name]
	})
	loaded := missing(l.loaded, soname, func(name string, p *process) bool { return l.found.has(p, name) })
	headers := missing(l.headers, debian.Header, func(name string, p *process) bool { return l.found.has(p, lastNames(name)) })
	files := missing(l.modules, debian.PC, func(name string, p *process) bool { return l.found.has(p, name+".pc") })
	for i := range files {
		files[i].name += ".pc"
	}
	libraries = append(append(libraries, l.intended.missing(l)...), loaded...)
	return tell(l.parts, libraries, append(headers, files...))
}

// lastNames is as much of a name as foundHeader remembers.
func lastNames(name string) string {
	parts := strings.Split(name, "/")
	return strings.Join(parts[max(0, len(parts)-depth):], "/")
}

// soname names the packages of a library by its name at run time.
func soname(name string) []string {
	stem, _, _ := strings.Cut(name, ".so.")
	return debian.Library(stem)
}

// missed is one name that somebody never found.
type missed struct {
	name     string
	packages []string // Debian's, that have it
	seen     *seen
}

func missing(m misses, packages func(string) []string, found func(string, *process) bool) (all []missed) {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if s := m.never(name, func(p *process) bool { return found(name, p) }); s != nil {
			all = append(all, missed{name, packages(name), s})
		}
	}
	return all
}

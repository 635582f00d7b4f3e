package static

import (
	"slices"
	"strings"
)

// hostPath is a path of the machine or of the build that stands in a text.
type hostPath struct {
	path string
	line int    // from 1
	text string // the line
}

// dialect is what a text's lines mean.
type dialect struct {
	language language
	// temporary: /tmp counts too. Scripts use it when they run.
	temporary bool
	// assignments alone count: in a makefile, not the recipes.
	assignments bool
	// prose begins lines that are for people: "Description:" in a .pc file.
	prose []string
}

func (d *dialect) isProse(line string) bool {
	line = strings.ToLower(strings.TrimSpace(line))
	return slices.ContainsFunc(d.prose, func(start string) bool { return strings.HasPrefix(line, start) })
}

// pathsIn lists the host paths of a text, comments left out.
func pathsIn(text string, d dialect) (all []hostPath) {
	c := comments{language: d.language}
	n, recipe := 0, false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if n == 1 && strings.HasPrefix(line, "#!") {
			continue // shebang's
		}
		if d.assignments {
			// A continued recipe goes on whatever its next line begins with.
			now := recipe || strings.HasPrefix(line, "\t")
			recipe = now && strings.HasSuffix(line, "\\")
			if now {
				continue
			}
		}
		if d.isProse(line) {
			continue
		}
		code, more := c.strip(line)
		for _, p := range pathsOf(code, d) {
			all = append(all, hostPath{path: p, line: n, text: line})
		}
		if !more {
			break
		}
	}
	return all
}

// pathsOf finds the host paths of one line.
func pathsOf(line string, d dialect) (found []string) {
	for i := 0; i < len(line); {
		j := strings.IndexByte(line[i:], '/')
		if j < 0 {
			break
		}
		start := i + j
		end := start
		for end < len(line) && isPathByte(line[end]) {
			end++
		}
		i = end
		// What is further away says nothing, and a line may have megabytes.
		from := max(0, start-maxContext)
		m := mention{line: line[from:min(len(line), end+maxContext)], start: start - from, end: end - from, dialect: d}
		if m.begins() && m.counts() {
			found = append(found, strings.TrimRight(line[start:end], "/.-+:"))
		}
	}
	return found
}

func isPathByte(c byte) bool {
	return isWordByte(c) || c == '/' || c == '.' || c == '-' || c == '+'
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// maxContext is how many bytes on either side of a path are looked at.
const maxContext = 256

// mention is what may be a path in a line.
type mention struct {
	dialect
	line       string // or what of it is near
	start, end int
}

// begins tells whether an absolute path begins here: not in the middle of a
// longer one, such as "$prefix/lib", "s/usr/x/" or "http://host/lib".
func (m *mention) begins() bool {
	if m.start == 0 {
		return true
	}
	c := m.line[m.start-1]
	switch {
	case isWordByte(c):
		return m.flag()
	case strings.IndexByte(".~$)}*%@/\\-+]?^", c) >= 0:
		return false
	case c == '"' || c == '\'':
		// A quote that closes: "$DESTDIR"/usr
		return m.start < 2 || !isWordByte(m.line[m.start-2]) && m.line[m.start-2] != '}' && m.line[m.start-2] != ')'
	case c == '<':
		return m.end >= len(m.line) || m.line[m.end] != '>' // </lib>
	}
	return true
}

// flag tells whether a compiler's flag stands directly before: -I/usr/include.
func (m *mention) flag() bool {
	before := m.line[:m.start]
	for _, f := range []string{"-I", "-L", "-B", "-R", "-F", "-isystem", "-idirafter", "-iquote"} {
		if rest, ok := strings.CutSuffix(before, f); ok {
			return rest == "" || !isWordByte(rest[len(rest)-1]) && rest[len(rest)-1] != '-'
		}
	}
	return false
}

// counts tells whether it is a host path that the text leads to.
func (m *mention) counts() bool {
	p := m.line[m.start:m.end]
	names := strings.FieldsFunc(p, func(c rune) bool { return c == '/' })
	if len(names) == 0 || !m.isHostRoot(names[0]) {
		return false
	}
	switch p {
	case "/bin/sh", "/usr/bin/env":
		return false
	}
	if len(names) == 1 && !m.wholeFolder(p, names[0]) {
		return false
	}
	return !m.substituted() && !m.alternative() && !m.compared()
}

func (m *mention) isHostRoot(name string) bool {
	switch name {
	case "usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "opt", "home", "root", "mnt", "srv", "nix", "build", "tc":
		return true
	case "tmp":
		return m.temporary
	}
	return false
}

// wholeFolder tells whether a path of one name is a folder: "/lib/" is more
// often a pattern, "/home" a page.
func (m *mention) wholeFolder(p, name string) bool {
	if strings.HasSuffix(p, "/") || m.end < len(m.line) && strings.IndexByte("\"':; \t,)]}", m.line[m.end]) < 0 {
		return false
	}
	if m.start == 0 {
		return false
	}
	c := m.line[m.start-1]
	if isWordByte(c) || c == '=' || c == ':' {
		return true
	}
	if c != '"' && c != '\'' {
		return false
	}
	switch name {
	case "usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "tc":
		return true
	}
	return false
}

// substituted: the pattern of sed or of a language like it, "s,/usr/local,$x,".
func (m *mention) substituted() bool {
	if m.start < 2 || m.line[m.start-2] != 's' || strings.IndexByte(",|#:!;", m.line[m.start-1]) < 0 {
		return false
	}
	return m.start == 2 || !isWordByte(m.line[m.start-3])
}

// alternative: one of several patterns, "/lib|/usr/lib", or a shell's case.
func (m *mention) alternative() bool {
	if m.start >= 2 && m.line[m.start-1] == '|' && isPathByte(m.line[m.start-2]) {
		return true
	}
	if m.end+1 < len(m.line) && m.line[m.end] == '|' && m.line[m.end+1] == '/' {
		return true
	}
	if m.language != shell {
		return false
	}
	pattern, _, ok := strings.Cut(m.line, ")")
	return ok && m.end <= len(pattern) && !strings.ContainsAny(strings.TrimSpace(strings.ReplaceAll(pattern, " | ", "|")), " \t\"'=(`$")
}

// compared: `test "$includedir" != /usr/include` avoids the folder.
func (m *mention) compared() bool {
	before := m.line[:m.start]
	if m.start > 0 && isWordByte(m.line[m.start-1]) { // "-L${libdir}" != "-L/usr/lib"
		before = before[:strings.LastIndexByte(before, '-')]
	}
	before = strings.TrimRight(before, `"'`)
	after := strings.TrimLeft(m.line[m.end:], `"'`)
	test := strings.Contains(m.line, "[ ") || strings.Contains(m.line, "test ")
	for _, operator := range []string{"!=", "==", "=", "eq", "ne", "STREQUAL", "MATCHES", "EQUAL", "=~"} {
		if operator == "=" && !test {
			continue
		}
		if strings.HasSuffix(before, " "+operator+" ") || strings.HasPrefix(after, " "+operator+" ") {
			return true
		}
	}
	return false
}

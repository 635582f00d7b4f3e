package static

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
)

// maxText is how much of one text file is looked at, in bytes: generated
// configuration is far smaller.
const maxText = 4 << 20

// Of one file so many paths are told one by one, and so many groups of them
// when there are more.
const (
	maxPaths  = 5
	maxGroups = 10
)

// text looks at a file that is no ELF file: S07, S08, S25.
func (r *run) text(f *file) error {
	r.shebang(f)
	rule, d, ok := readBy(f)
	if !ok || !isText(f.head) {
		return nil
	}
	data, err := io.ReadAll(io.NewSectionReader(f.in, 0, min(f.size, maxText)))
	if err != nil {
		return fmt.Errorf("read %q: %w", f.path, err)
	}
	if path.Ext(f.path) == ".pc" {
		data = withoutProse(data)
	}
	found := pathsIn(string(data), d)
	if rule == audit.HostPathInConfig {
		var databases []hostPath
		databases, found = apart(found, isDatabase)
		r.tellPaths(audit.HostPathInScript, f, databases)
	}
	r.tellPaths(rule, f, found)
	return nil
}

// withoutProse empties the lines of a .pc file that only people read.
func withoutProse(data []byte) []byte {
	lines := bytes.SplitAfter(data, []byte("\n"))
	for i, line := range lines {
		for _, field := range []string{"Name:", "Description:", "URL:"} {
			if bytes.HasPrefix(line, []byte(field)) {
				lines[i] = []byte("\n")
			}
		}
	}
	return bytes.Join(lines, nil)
}

// readBy says which rule a text is held against: S08 when others build by what
// it says, S25 when it runs or configures an interpreter.
func readBy(f *file) (rule audit.ID, d dialect, ok bool) {
	base := path.Base(f.path)
	switch {
	case isConfigScript(f.path, base):
		return audit.HostPathInConfig, dialect{language: scriptLanguage(f.head)}, true
	case anySuffix(base, ".pc", ".la", ".cmake", ".prl"):
		prose := []string{"name:", "description:", "url:", "message(", "message ("}
		return audit.HostPathInConfig, dialect{temporary: true, prose: prose}, !isExample(f.path)
	case base == "Makefile" || base == "Makefile.global" || strings.HasSuffix(base, ".mk"):
		return audit.HostPathInConfig, dialect{temporary: true, assignments: true}, !isExample(f.path)
	case strings.HasPrefix(base, "_sysconfigdata") && strings.HasSuffix(base, ".py"):
		return audit.HostPathInScript, dialect{language: python}, true
	case base == "Config.pm" && strings.Contains(string(f.head), "package Config;"), base == "Config_heavy.pl":
		return audit.HostPathInScript, dialect{language: perl}, true
	case base == "rbconfig.rb":
		return audit.HostPathInScript, dialect{language: ruby}, true
	case strings.HasPrefix(string(f.head), "#!"):
		return audit.HostPathInScript, dialect{language: scriptLanguage(f.head)}, !isExample(f.path)
	}
	return "", dialect{}, false
}

// isConfigScript: "bin/xml2-config", "lib/xml2Conf.sh", "config-3.11/python-config.py".
func isConfigScript(name, base string) bool {
	if top, _, nested := strings.Cut(name, "/"); !nested || top == "include" || isExample(name) {
		return false
	}
	return anySuffix(base, "-config", "-config.py", "onfig.sh", "Conf.sh")
}

// isExample: nobody builds by what documentation shows.
func isExample(name string) bool {
	for _, part := range []string{"/doc/", "/docs/", "/examples/", "/example/", "/demo/", "/demos/"} {
		if strings.Contains("/"+name, part) {
			return true
		}
	}
	return false
}

func anySuffix(text string, all ...string) bool {
	for _, s := range all {
		if strings.HasSuffix(text, s) {
			return true
		}
	}
	return false
}

// scriptLanguage reads the #! line; without one it is the shell's, which the
// files are for that are read in by ".".
func scriptLanguage(head []byte) language {
	line, ok := strings.CutPrefix(string(head), "#!")
	if !ok {
		return shell
	}
	line, _, _ = strings.Cut(line, "\n")
	words := strings.Fields(line)
	if len(words) > 1 && path.Base(words[0]) == "env" {
		for _, w := range words[1:] {
			if !strings.HasPrefix(w, "-") && !strings.Contains(w, "=") {
				return languageOf(path.Base(w))
			}
		}
	}
	if len(words) == 0 {
		return shell
	}
	return languageOf(path.Base(words[0]))
}

// tellPaths makes a finding of each path; of very many, of each pair of first
// names.
func (r *run) tellPaths(rule audit.ID, f *file, found []hostPath) {
	order, by := group(found, func(p string) string { return p })
	if len(order) > maxPaths {
		order, by = group(found, firstNames)
	}
	for i, subject := range order {
		if i == maxGroups-1 && len(order) > maxGroups {
			r.add(r.pathFinding(rule, f, "more", rest(order[i:], by)))
			return
		}
		r.add(r.pathFinding(rule, f, subject, by[subject]))
	}
}

// isDatabase tells what programs read when they run, and nobody builds with:
// no error, even where others are told how to build.
func isDatabase(p hostPath) bool {
	return strings.Contains(p.path, "/zoneinfo") || strings.Contains(p.path, "/terminfo")
}

func apart(all []hostPath, is func(hostPath) bool) (those, others []hostPath) {
	for _, p := range all {
		if is(p) {
			those = append(those, p)
		} else {
			others = append(others, p)
		}
	}
	return those, others
}

// group sorts the mentions by what name makes of their paths, in the order in
// which those come.
func group(found []hostPath, name func(string) string) (order []string, by map[string][]hostPath) {
	by = map[string][]hostPath{}
	for _, p := range found {
		key := name(p.path)
		if by[key] == nil {
			order = append(order, key)
		}
		by[key] = append(by[key], p)
	}
	return order, by
}

func rest(order []string, by map[string][]hostPath) (all []hostPath) {
	for _, subject := range order {
		all = append(all, by[subject]...)
	}
	return all
}

// firstNames: "/usr/lib" of "/usr/lib/x86_64-linux-gnu/libz.so".
func firstNames(p string) string {
	n := 2
	if strings.HasPrefix(p, "/usr/src/") {
		n = 3
	}
	names := strings.SplitN(strings.TrimPrefix(p, "/"), "/", n+1)
	return "/" + path.Join(names[:min(n, len(names))]...)
}

func (r *run) pathFinding(rule audit.ID, f *file, subject string, all []hostPath) audit.Finding {
	what, fix := r.pathFault(rule, all[0].path)
	message := "names " + cut(subject) + ", " + what
	if subject == "more" {
		message = "names further paths of the machine or the build"
	}
	found := audit.New(rule, f.path, cut(subject), message)
	found.Fix = fix
	line := 0
	for _, p := range all {
		root, _ := buildOnly(p.path)
		if root != "" && !slices.Contains(f.told, root) {
			f.told = append(f.told, root)
		}
		if p.line != line && len(found.Evidence) < audit.MaxEvidence {
			line = p.line
			found.Evidence = append(found.Evidence, audit.Evidence{Where: fmt.Sprintf("line %d", p.line), Text: around(p.text, p.path)})
		}
	}
	return found
}

func (r *run) pathFault(rule audit.ID, p string) (what, fix string) {
	if _, why := buildOnly(p); why != "" {
		return why, "replace the path in post-install"
	}
	if strings.HasPrefix(p, "/usr/src/") {
		return "which stands for the work folder of a build, and is not there", "replace the path in post-install"
	}
	if strings.HasPrefix(p, "/tmp/") {
		return "which was there while it was built", "replace the path in post-install"
	}
	if rule == audit.HostPathInConfig {
		return "a folder of the machine", "configure it with the folders of declared parts, or replace the path in post-install"
	}
	return "which is the machine's", "name the program or folder of a declared part, or replace the path in post-install"
}

// around is the part of a long line that the path stands in.
func around(line, p string) string {
	if i := strings.Index(line, p); i > maxShown/2 {
		line = "..." + line[i-maxShown/4:]
	}
	return cut(strings.TrimSpace(line))
}

package static

import (
	"bytes"
	"path"
	"strings"

	"belljar.build/engine/audit"
)

// maxShebang is the longest first line, "#!" included, that every kernel takes:
// those before Linux 5.1 cut it at 127 bytes, and so do other systems.
const maxShebang = 127

// shebang is S07: what the kernel would do with an executable script.
func (r *run) shebang(f *file) {
	if f.mode&0o111 == 0 {
		return
	}
	line, ok := bytes.CutPrefix(f.head, []byte("#!"))
	if !ok {
		r.noShebang(f)
		return
	}
	line, _, _ = bytes.Cut(line, []byte("\n"))
	s := &script{run: r, file: f, line: string(line)}
	if len(line)+2 > maxShebang {
		s.fault("#!", "the #! line is longer than the 127 bytes that every kernel takes", "call the interpreter by a shorter path, or through /bin/sh: exec INTERPRETER \"$0\" \"$@\"")
		return
	}
	word, rest := cutBlank(strings.TrimLeft(s.line, " \t"))
	s.interpreter(word, strings.Trim(rest, " \t"))
}

// cutBlank cuts at the first blank.
func cutBlank(text string) (before, after string) {
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

// script is one script whose first line is looked at.
type script struct {
	*run
	file *file
	line string
}

func (s *script) fault(subject, message, fix string) {
	f := audit.New(audit.BadShebang, s.file.path, subject, message)
	f.Evidence = []audit.Evidence{{Where: "line 1", Text: cut("#!" + s.line)}}
	f.Fix = fix
	s.add(f)
}

// interpreter judges what the kernel would execute with one argument at most.
func (s *script) interpreter(name, argument string) {
	if strings.HasSuffix(s.line, "\r") {
		s.fault(strings.TrimSuffix(name, "\r"), "the #! line ends in a carriage return, which the kernel takes for a part of the name", "remove the carriage returns: sed -i 's/\\r$//'")
		return
	}
	switch {
	case name == "":
		s.fault("#!", "the #! line names no interpreter", "name one")
	case name == "/bin/sh":
	case name == "/usr/bin/env":
		s.env(argument)
	case !path.IsAbs(name):
		s.fault(name, "the interpreter is looked for in whatever is the current folder", "name it by its path in the store")
	default:
		s.path(name)
	}
}

// path judges an interpreter that is named by its absolute path.
func (s *script) path(name string) {
	const fix = "let the script begin with the interpreter of a declared part, as in #!${perl:location}/bin/perl"
	o := s.files.world.resolve(name)
	switch o.fate {
	case outside:
		if root, why := buildOnly(o.path); root != "" {
			s.file.told = append(s.file.told, root)
			s.fault(name, "the interpreter is in "+why, fix)
		} else {
			s.fault(name, "the interpreter is the machine's", fix)
		}
	case undeclared:
		part := cut(s.files.world.called(o.tree))
		s.fault(name, "the interpreter is in "+part+", which is not declared", "add dependency "+part)
	case missing, circular:
		s.fault(name, "the interpreter is not there", fix)
	case present:
		if o.info != nil && (!o.info.Mode().IsRegular() || o.info.Mode()&0o111 == 0) {
			s.fault(name, "the interpreter is no executable file", fix)
		}
	}
}

// env judges "/usr/bin/env NAME": the program comes from PATH.
func (s *script) env(argument string) {
	name, found := envProgram(argument)
	switch {
	case !found && strings.ContainsAny(argument, " \t"):
		s.fault(cut(argument), "env is given one word, so it looks for a program with blanks in its name", "use env -S, or name the interpreter by its path in the store")
		return
	case name == "":
		s.fault("env", "env is given no program", "name the interpreter by its path in the store")
		return
	case name == "sh":
		return
	case path.IsAbs(name):
		s.interpreter(name, "")
		return
	}
	fix := "let the script begin with the interpreter's path in the store, as in #!${python:location}/bin/" + cut(name)
	holder, refers := s.inPath(name)
	switch {
	case holder == "":
		s.fault(name, "runs "+cut(name)+" from PATH: no declared part has it, so it is the machine's", fix)
	case !refers:
		f := audit.New(audit.BadShebang, s.file.path, name, "runs "+cut(name)+" from PATH; "+cut(s.files.world.called(holder))+" has it, but the output does not refer to that part, so a copy of the closure is without it")
		f.Severity = audit.Note
		f.Evidence = []audit.Evidence{{Where: "line 1", Text: cut("#!" + s.line)}}
		f.Fix = fix
		s.add(f)
	}
}

// envProgram finds the program in env's argument. Linux passes all of it as one
// word, which env takes apart only after -S.
func envProgram(argument string) (name string, found bool) {
	words := strings.Fields(argument)
	split := strings.HasPrefix(argument, "-") && strings.Contains(strings.SplitN(argument, " ", 2)[0], "S")
	if strings.HasPrefix(argument, "--split-string") {
		split = true
	}
	if !split {
		return argument, !strings.ContainsAny(argument, " \t")
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-u" || w == "-C" || w == "--unset" || w == "--chdir":
			i++
		case strings.HasPrefix(w, "-S") && len(w) > 2: // "-Sperl"
			return w[2:], true
		case strings.HasPrefix(w, "--split-string="):
			return strings.TrimPrefix(w, "--split-string="), true
		case strings.HasPrefix(w, "-") || strings.Contains(w, "="):
		default:
			return w, true
		}
	}
	return "", true
}

// inPath finds who has a program: the output itself and what it refers to go
// before what only the build saw.
func (s *script) inPath(name string) (holder string, refers bool) {
	for _, t := range append([]Tree{s.subject.Tree}, s.subject.Visible...) {
		o := s.files.world.resolve(location(t.Path, "bin") + "/" + name)
		if o.fate != present {
			continue
		}
		if t.Path == s.subject.Path || s.files.referred[t.Path] {
			return t.Path, true
		}
		if holder == "" {
			holder = t.Path
		}
	}
	return holder, false
}

// noShebang is an executable script without a first line that says so: shells
// run it with themselves, everything else refuses it.
func (r *run) noShebang(f *file) {
	switch top, _, _ := strings.Cut(f.path, "/"); top {
	case "bin", "sbin", "libexec":
	default:
		return
	}
	line := codeLine(f.head)
	if line == "" {
		return
	}
	found := audit.New(audit.BadShebang, f.path, "", "is executable and looks like a script, but has no #! line")
	found.Evidence = []audit.Evidence{{Where: "first line", Text: cut(line)}}
	found.Fix = "let it begin with #! and its interpreter, or take its execute permission away"
	r.add(found)
}

// codeLine is the first line if the text clearly is code for an interpreter.
func codeLine(head []byte) string {
	if len(head) == 0 || !isText(head) {
		return ""
	}
	for line := range strings.Lines(string(head)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, start := range []string{
			"import ", "from ", "use ", "exec ", "eval ", "set -", "if [", "if test ", "case ", "export ", "require ", "<?php", ". ", "echo ", "package require ",
		} {
			if strings.HasPrefix(line, start) {
				return line
			}
		}
		if line == ":" || strings.HasPrefix(line, ": ") {
			return line
		}
		return ""
	}
	return ""
}

// isText asks for no more than that no byte is one that text never has.
func isText(data []byte) bool {
	for _, c := range data {
		if c < ' ' && (c < '\a' || c > '\r') && c != 0x1b {
			return false
		}
	}
	return true
}

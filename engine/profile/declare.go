package profile

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// declaredTarget completes a target by what [buildout] says of it.
func declaredTarget(t Target, sections []*section) (Target, error) {
	fields := map[string]*string{
		targetSystem: &t.System, targetMachine: &t.Machine, targetPython: &t.Python,
		targetImplementation: &t.Implementation, targetRelease: &t.Release, targetDistro: &t.Distro,
	}
	for _, s := range sections {
		if s.name != rootSection {
			continue
		}
		for _, option := range targetOptions() {
			cs, ok := s.options[option.name]
			if !ok {
				continue
			}
			text, err := option.read(cs)
			if err == nil && option.name == targetFiles {
				t.Files, err = parseFiles(cs, text)
			} else if err == nil {
				*fields[option.name] = text
			}
			if err != nil {
				return t, err
			}
		}
	}
	return t.withDefaults(), nil
}

// read is the text of the option, which is read before anything else.
func (o targetOption) read(cs []Contribution) (string, error) {
	text := trimSpace(fold(cs))
	if strings.Contains(text, "${") {
		return "", &Error{Position: last(cs), Msg: o.name + " is read before any substitution", Hint: "write it out", Err: ErrSyntax}
	}
	if !regexp.MustCompile(`^(` + o.pattern + `)$`).MatchString(text) {
		return "", &Error{
			Position: last(cs), Msg: fmt.Sprintf("%s: %q has another form than %s", o.name, text, o.example),
			Hint: "write it as in " + o.name + " = " + o.example, Err: ErrSyntax,
		}
	}
	return text, nil
}

// parseFiles reads target-files: a path a line, with =TEXT for what is in it.
func parseFiles(cs []Contribution, text string) (map[string]string, error) {
	files := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		file, content, _ := strings.Cut(trimSpace(line), "=")
		switch {
		case file == "":
		case !strings.HasPrefix(file, "/"):
			return nil, &Error{Position: last(cs), Msg: fmt.Sprintf("%s: %q is no absolute path", targetFiles, file), Err: ErrSyntax}
		default:
			files[file] = content
		}
	}
	return files, nil
}

// checkTarget refuses a target that is declared where it comes too late.
func (p *Profile) checkTarget() error {
	read := map[Position]bool{}
	for _, s := range p.declared {
		for _, cs := range s.options {
			for _, c := range cs {
				read[c.Position] = true
			}
		}
	}
	for _, option := range targetOptions() {
		for _, c := range p.sections[rootSection].options[option.name] {
			if read[c.Position] {
				continue
			}
			e := &Error{
				Position: c.Position, Msg: option.name + " declares the target in a file that others extend",
				Hint: "declare it in " + p.root + " or on the command line: it decides conditions in every file", Err: ErrSyntax,
			}
			if c.File == p.root {
				e.Msg, e.Hint = option.name+" declares the target under a condition", "declare it in [buildout] without one: it decides conditions"
			}
			return e
		}
	}
	return nil
}

// complete adds what Buildout adds, and checks what it checks, when all files
// are read.
func (p *Profile) complete() error {
	if err := p.checkTarget(); err != nil {
		return err
	}
	if _, err := p.expand(rootSection); err != nil {
		return err
	}
	p.addExecutable()
	if err := p.addVersions(); err != nil {
		return err
	}
	if _, err := p.Pins(); err != nil {
		return err
	}
	if err := p.checkBooleans(); err != nil {
		return err
	}
	return p.checkExtendsCache()
}

// checkBooleans reports all that are wrong, in the order of their lines.
func (p *Profile) checkBooleans() error {
	var errs Errors
	for _, option := range booleans {
		_, err := p.Bool(option)
		var e *Error
		switch {
		case err == nil || errors.Is(err, ErrNeedsPart):
		case errors.As(err, &e):
			errs = append(errs, e)
		default:
			return err
		}
	}
	if len(errs) == 0 {
		return nil
	}
	slices.SortStableFunc(errs, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return errs
}

// checkExtendsCache refuses what Buildout refuses: the folder is needed before
// anything is substituted.
func (p *Profile) checkExtendsCache() error {
	cs := p.sections[rootSection].options["extends-cache"]
	if !strings.Contains(fold(cs), "${") {
		return nil
	}
	return &Error{Position: last(cs), Msg: "extends-cache may not refer to another option", Hint: "write the path out, or from ~/", Err: ErrSyntax}
}

// addExecutable gives [buildout] the Python that recipes run: that of the part
// which buildout:python names. Buildout's own would be the machine's.
func (p *Profile) addExecutable() {
	options := p.sections[rootSection].options
	if _, ok := options["executable"]; ok {
		return
	}
	text := "python3"
	if python := trimSpace(fold(options["python"])); python != rootSection && referable(python) && p.sections[python] != nil {
		text = "${" + python + ":executable}"
	}
	options["executable"] = []Contribution{builtIn("executable", text).Contribution}
}

// addVersions makes sure that the section which pins versions exists.
func (p *Profile) addVersions() error {
	cs := p.sections[rootSection].options["versions"]
	name := trimSpace(fold(cs))
	if name == "" || strings.Contains(name, "${") || p.sections[name] != nil {
		return nil
	}
	if slices.ContainsFunc(cs, func(c Contribution) bool { return c.File != BuiltIn }) {
		return &Error{
			Position: last(cs), Msg: fmt.Sprintf("versions names [%s], which does not exist", name),
			Hint: p.didYouMean(name, p.order), Err: ErrUnknown,
		}
	}
	p.merge([]*section{{name, Position{File: BuiltIn}, p.folder, map[string][]Contribution{}}})
	return nil
}

// booleans are the options of [buildout] that are true or false.
var booleans = []string{
	"allow-picked-versions", "allow-unknown-extras", "install-from-cache", "newest", "offline", "prefer-final",
	"show-picked-versions", "use-dependency-links",
}

// Bool is an option of [buildout] that must be exactly true or false; one that
// is not set is false.
func (p *Profile) Bool(option string) (bool, error) {
	text, ok, err := p.Value(rootSection, option)
	switch {
	case err != nil || !ok || text == "false":
		return false, err
	case text == "true":
		return true, nil
	}
	at := last(p.sections[rootSection].options[option])
	return false, &Error{Position: at, Msg: fmt.Sprintf("%s: %q is neither true nor false", option, text), Hint: "write true or false, in lower case", Err: ErrSyntax}
}

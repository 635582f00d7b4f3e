package static

import "strings"

// language is how a text's comments look.
type language int

const (
	hash       language = iota // "#" alone: make, CMake, pkg-config, awk, Tcl
	shell                      // and case patterns
	python                     // and strings that stand alone
	perl                       // and POD
	ruby                       // and =begin to =end
	slashes                    // "//" and "/* */": JavaScript
	dashes                     // Lua
	semicolons                 // Scheme, Lisp
)

// languageOf tells it from the name of the interpreter.
func languageOf(interpreter string) language {
	for _, l := range []struct {
		start    string
		language language
	}{
		{"python", python}, {"pypy", python}, {"perl", perl}, {"ruby", ruby},
		{"node", slashes}, {"php", slashes}, {"lua", dashes}, {"guile", semicolons},
		{"sh", shell}, {"bash", shell}, {"dash", shell}, {"ksh", shell}, {"zsh", shell}, {"ash", shell},
	} {
		if strings.HasPrefix(interpreter, l.start) {
			return l.language
		}
	}
	return hash
}

// comments takes comments out, line by line. It is no parser: what it takes for
// code though it is none costs a finding too many.
type comments struct {
	language language
	until    string // inside a comment of several lines, what ends it
}

// strip gives the code of a line; more is false when no code follows.
func (c *comments) strip(line string) (code string, more bool) {
	trimmed := strings.TrimSpace(line)
	if c.until != "" {
		c.end(trimmed)
		return "", true
	}
	switch c.language {
	case perl:
		if trimmed == "__END__" || trimmed == "__DATA__" {
			return "", false
		}
		if len(line) > 1 && line[0] == '=' && line[1] >= 'a' && line[1] <= 'z' {
			c.until = "=cut"
			return "", true
		}
	case ruby:
		if strings.HasPrefix(line, "=begin") {
			c.until = "=end"
			return "", true
		}
	case python:
		if c.docstring(trimmed) {
			return "", true
		}
	case slashes:
		return c.slashed(line, trimmed), true
	case dashes:
		return before(line, "--"), true
	case semicolons:
		return before(line, ";"), true
	}
	return before(line, "#"), true
}

// end looks whether the comment ends in this line.
func (c *comments) end(trimmed string) {
	if strings.HasPrefix(c.until, "=") {
		if strings.HasPrefix(trimmed, c.until) {
			c.until = ""
		}
	} else if strings.Contains(trimmed, c.until) {
		c.until = ""
	}
}

// docstring: a string in triple quotes that no name is given to says something
// to people.
func (c *comments) docstring(trimmed string) bool {
	text := strings.TrimLeft(trimmed, "rRuUbB")
	for _, quote := range []string{`"""`, `'''`} {
		if rest, ok := strings.CutPrefix(text, quote); ok {
			if !strings.Contains(rest, quote) {
				c.until = quote
			}
			return true
		}
	}
	return false
}

func (c *comments) slashed(line, trimmed string) string {
	if strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "#") {
		return ""
	}
	if rest, ok := strings.CutPrefix(trimmed, "/*"); ok {
		if !strings.Contains(rest, "*/") {
			c.until = "*/"
		}
		return ""
	}
	return before(line, "//")
}

// before cuts a comment off that begins the line or stands behind a blank and
// in no quotes.
func before(line, mark string) string {
	var single, double, code bool
	for i := 0; i < len(line); i++ {
		if !single && !double && strings.HasPrefix(line[i:], mark) && (!code || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
		switch line[i] {
		case ' ', '\t':
			continue
		case '\'':
			single = !single && !double
		case '"':
			double = !double && !single
		}
		code = true
	}
	return line
}

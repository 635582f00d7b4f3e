package profile

import (
	"strings"
	"unicode"
)

// splitHeader takes "[name: condition] # comment" apart. A condition holds no
// # or ;, so the first of them starts the comment, and the last ] before it
// closes the header: conditions may hold brackets.
func splitHeader(line string) (name, condition string, ok bool) {
	if i := strings.IndexAny(line, "#;"); i >= 0 {
		line = line[:i]
	}
	inner, closed := strings.CutSuffix(strings.TrimSpace(line), "]")
	inner, opened := strings.CutPrefix(inner, "[")
	name, condition, _ = strings.Cut(inner, ":")
	name = strings.TrimSpace(name)
	if !opened || !closed || !validName(name, "#;[]{}:") {
		return "", "", false
	}
	// The only way to write these two in a condition.
	condition = strings.NewReplacer(`\x23`, "#", `\x3b`, ";").Replace(condition)
	return name, strings.TrimSpace(condition), true
}

// splitOption takes "name += text" apart.
func splitOption(line string) (name, op, text string, ok bool) {
	if rest, found := strings.CutPrefix(line, "=>"); found {
		return dependenciesOption, "=", strings.TrimSpace(rest), true
	}
	name, text, ok = strings.Cut(line, "=")
	if !ok {
		return "", "", "", false
	}
	name, op = splitOperator(name)
	return name, op, strings.TrimSpace(text), validName(name, "[]{}=:")
}

// splitOperator takes the + or - of an operator off an option name.
func splitOperator(name string) (bare, op string) {
	name = strings.TrimSpace(name)
	switch {
	case strings.HasSuffix(name, "+"):
		return strings.TrimRight(name, "+ \t"), "+="
	case strings.HasSuffix(name, "-"):
		return strings.TrimRight(name, "- \t"), "-="
	}
	return name, "="
}

// validName says whether a name is one word without any of the excluded characters.
func validName(name, excluded string) bool {
	return len(strings.Fields(name)) == 1 && !strings.ContainsAny(name, excluded)
}

// joinStripped is a value that starts beside its operator: every line loses the
// white space around it, blank lines vanish.
func joinStripped(first string, more []string) string {
	lines := []string{first}
	for _, l := range more {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// dedent is a value that starts below its operator: the lines keep their
// indentation relative to each other, and blank lines between them.
func dedent(lines []string) string {
	margin, found := "", false
	kept := make([]string, 0, len(lines))
	for _, l := range lines {
		l = strings.TrimRightFunc(l, unicode.IsSpace)
		if l == "" && len(kept) == 0 {
			continue
		}
		kept = append(kept, l)
		if l == "" {
			continue
		}
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		if !found {
			margin, found = indent, true
		}
		margin = commonPrefix(margin, indent)
	}
	for i := range kept {
		kept[i] = strings.TrimPrefix(kept[i], margin)
	}
	return strings.TrimRight(strings.Join(kept, "\n"), "\n")
}

func commonPrefix(a, b string) string {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return a[:i]
		}
	}
	return a[:n]
}

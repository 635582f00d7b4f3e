package profile

import "strings"

// splitHeader takes "[name: condition] # comment" apart. A condition holds no
// # or ;, so the first of them starts the comment, and the last ] before it
// closes the header: conditions may hold brackets.
func splitHeader(line string) (name, condition string, ok bool) {
	if i := strings.IndexAny(line, "#;"); i >= 0 {
		line = line[:i]
	}
	inner, closed := strings.CutSuffix(trimSpace(line), "]")
	inner, opened := strings.CutPrefix(inner, "[")
	name, condition, _ = strings.Cut(inner, ":")
	name = trimSpace(name)
	if !opened || !closed || !validName(name, "#;[]{}:") {
		return "", "", false
	}
	if strings.Contains(condition, `\x`) { // the only way to write these two in a condition
		condition = strings.NewReplacer(`\x23`, "#", `\x3b`, ";").Replace(condition)
	}
	return name, trimSpace(condition), true
}

// splitOption takes "name += text" apart.
func splitOption(line string) (name, op, text string, ok bool) {
	if rest, found := strings.CutPrefix(line, "=>"); found {
		return dependenciesOption, "=", trimSpace(rest), true
	}
	name, text, ok = strings.Cut(line, "=")
	if !ok {
		return "", "", "", false
	}
	if name, op, ok = splitOperator(name); !ok {
		return "", "", "", false
	}
	return name, op, trimSpace(text), validName(name, "[]{}=:")
}

// splitOperator takes the + or - of an operator off an option name. Blanks may
// stand before it or behind it, not both: "a +=" and "a+ =" but not "a + =".
func splitOperator(written string) (bare, op string, ok bool) {
	name := trimSpace(written)
	switch {
	case strings.HasSuffix(name, "+"):
		bare, op = strings.TrimRight(name, "+ \t"), "+="
	case strings.HasSuffix(name, "-"):
		bare, op = strings.TrimRight(name, "- \t"), "-="
	default:
		return name, "=", true
	}
	return bare, op, !strings.ContainsAny(name, " \t") || trimRightSpace(written) == written
}

// validName says whether a name is one word without any of the excluded characters.
func validName(name, excluded string) bool {
	for _, r := range name {
		if isSpace(r) || strings.ContainsRune(excluded, r) {
			return false
		}
	}
	return name != ""
}

// dedent takes the margin that the lines of a value share, when it starts below
// its operator: the lines keep their indentation relative to each other, and the
// blank lines between them. A value that starts beside its operator has none.
func dedent(lines []string) []string {
	if lines[0] != "" {
		return lines
	}
	for len(lines) > 1 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 1 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	margin, found := "", false
	for _, l := range lines {
		indent := l[:len(l)-len(strings.TrimLeft(l, " \t"))]
		switch {
		case l == "":
		case !found:
			margin, found = indent, true
		default:
			margin = commonPrefix(margin, indent)
		}
	}
	kept := make([]string, len(lines))
	for i, l := range lines {
		kept[i] = strings.TrimPrefix(l, margin)
	}
	return kept
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

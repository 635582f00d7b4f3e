package profile

import (
	"fmt"
	"strings"
)

// ref names an option.
type ref struct{ section, option string }

func (r ref) String() string { return r.section + ":" + r.option }

// piece is a part of a value as written: plain text, or a reference.
type piece struct {
	text string // of a reference: as written, "${zlib:location}"
	to   ref    // zero for plain text; the section is empty for the own one
}

// splitTemplate takes a value apart. $${ stands for ${; any other $ for itself.
// The error holds no position yet, and what is at fault as its Chain.
func splitTemplate(text string) ([]piece, *Error) {
	var pieces []piece
	var plain strings.Builder
	for text != "" {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			break
		}
		plain.WriteString(text[:i])
		text = text[i:]
		switch {
		case strings.HasPrefix(text, "$${"):
			plain.WriteString("${")
			text = text[len("$${"):]
		case strings.HasPrefix(text, "$$"):
			plain.WriteString("$$")
			text = text[len("$$"):]
		case strings.HasPrefix(text, "${"):
			end := strings.IndexByte(text, '}') + 1
			if end == 0 { // without a closing brace there is nothing more to find
				plain.WriteString(text)
				text = ""
				break
			}
			to, fault := parseReference(text[:end])
			if fault != nil {
				return nil, fault
			}
			pieces = append(pieces, piece{text: plain.String()}, piece{text[:end], to})
			plain.Reset()
			text = text[end:]
		default:
			plain.WriteByte('$')
			text = text[1:]
		}
	}
	return append(pieces, piece{text: plain.String() + text}), nil
}

// parseReference reads a reference with its braces. An error's Chain holds what
// is written, for the caller to find the line.
func parseReference(written string) (ref, *Error) {
	const literal = "for a ${ that is no reference write $${"
	parts := strings.Split(written[len("${"):len(written)-len("}")], ":")
	reason := ""
	switch {
	case len(parts) < 2:
		reason = "has no colon"
	case len(parts) > 2:
		reason = "has too many colons"
	case !referable(parts[0]):
		reason = "has a character in its section that cannot be referred to"
	case !referable(parts[1]):
		reason = "has a character in its option that cannot be referred to"
	case parts[1] == "":
		reason = "names no option"
	default:
		return ref{parts[0], parts[1]}, nil
	}
	return ref{}, &Error{Msg: fmt.Sprintf("substitution %s %s", written, reason), Hint: "a reference is ${section:option}; " + literal, Chain: []string{written}, Err: ErrSyntax}
}

// referable says whether a name consists of what a reference may hold.
func referable(name string) bool {
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.ContainsRune("-_. ", c):
		default:
			return false
		}
	}
	return true
}

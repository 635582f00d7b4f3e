package progress

import (
	"strings"
	"unicode"
)

// clean makes what a build printed harmless to a terminal and one column a
// character: tabs become spaces, wide and unprintable characters a mark.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '│' || r == '…' || r == '·' || r >= '▀' && r <= '▟': // the drawing's own
			return r
		case r < ' ' || !unicode.IsPrint(r) || r > 0x2ff: // combining, wide, or turning the line round
			return '?'
		}
		return r
	}, text)
}

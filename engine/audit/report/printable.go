package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxText is how much of one text is shown, bytes: who found it bounds it, but
// a report should not depend on that.
const maxText = 2000

// Printable shows what would steer a terminal, turn the direction of text or
// hide as an escape: "\x1b", "\u202e". What is too long is cut.
func Printable(text string) string {
	rest := ""
	if len(text) > maxText {
		text, rest = text[:maxText], "…"
	}
	if plain(text) {
		return text + rest
	}
	var b strings.Builder
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case strconv.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String() + rest
}

// plain tells of ASCII that hides nothing.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

package profile

import (
	"strings"
	"unicode"
)

// isSpace is Python's str.isspace, which also counts four control characters.
func isSpace(r rune) bool {
	if r > ' ' && r < 0x80 {
		return false
	}
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

func trimRightSpace(s string) string { return strings.TrimRightFunc(s, isSpace) }

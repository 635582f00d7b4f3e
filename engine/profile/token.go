package profile

import "strings"

// tokenKind says what a token of a condition is.
type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenString
	tokenNumber
	tokenSymbol
)

// token is a word of a condition.
type token struct {
	kind tokenKind
	text string // of a string: its value
}

// symbols are tried in this order: the longer before those they start with.
var symbols = [...]string{
	"===", "**", "//", "==", "!=", "<=", ">=", "~=", "<", ">", "(", ")", "[", "]", ",", ":", ".", "+", "-", "*", "%",
}

// tokenize splits a condition; ok is false at the first unknown character.
func tokenize(s string) (tokens []token, ok bool) {
	for s = trimSpace(s); s != ""; s = trimSpace(s) {
		t, size := nextToken(s)
		if size == 0 {
			return nil, false
		}
		tokens = append(tokens, t)
		s = s[size:]
	}
	return tokens, true
}

// nextToken reads the token that s starts with; size 0 means there is none.
func nextToken(s string) (t token, size int) {
	if isRaw := len(s) > 1 && (s[0] == 'r' || s[0] == 'R') && isQuote(s[1]); isRaw || isQuote(s[0]) {
		return stringToken(s, isRaw)
	}
	if n := span(s, "0123456789"); n > 0 {
		return token{tokenNumber, s[:n]}, n
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(s, symbol) {
			return token{tokenSymbol, symbol}, len(symbol)
		}
	}
	n := span(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
	return token{tokenName, s[:n]}, n
}

// stringToken reads a string. In a plain one a backslash may stand before a
// quote or a backslash; other escapes are not known here.
func stringToken(s string, isRaw bool) (t token, size int) {
	at := 0
	if isRaw {
		at = 1
	}
	quote := s[at]
	var value strings.Builder
	for i := at + 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return token{tokenString, value.String()}, i + 1
		case c != '\\':
			value.WriteByte(c)
		case i+1 == len(s):
			return token{}, 0
		case isRaw:
			value.WriteString(s[i : i+2])
			i++
		case isQuote(s[i+1]) || s[i+1] == '\\':
			value.WriteByte(s[i+1])
			i++
		default:
			return token{}, 0
		}
	}
	return token{}, 0
}

func isQuote(c byte) bool { return c == '\'' || c == '"' }

// span counts the leading bytes of s that are in set.
func span(s, set string) int {
	return len(s) - len(strings.TrimLeft(s, set))
}

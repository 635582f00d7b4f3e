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

// token is a word of a condition. A dotted name with its call, such as
// platform.machine(), is one word: nothing else is ever called.
type token struct {
	kind tokenKind
	text string // of a string: without its quotes
}

// symbols are tried in this order: the longer before those they start with.
var symbols = [...]string{"==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", ",", ":"}

// tokenize splits a condition; ok is false at the first unknown character.
func tokenize(s string) (tokens []token, ok bool) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
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
	switch c := s[0]; {
	case c == '\'' || c == '"':
		end := strings.IndexByte(s[1:], c)
		if end < 0 || strings.Contains(s[1:1+end], `\`) {
			return token{}, 0
		}
		return token{tokenString, s[1 : 1+end]}, end + 2
	case c >= '0' && c <= '9':
		n := span(s, "0123456789")
		return token{tokenNumber, s[:n]}, n
	}
	for _, symbol := range symbols {
		if strings.HasPrefix(s, symbol) {
			return token{tokenSymbol, symbol}, len(symbol)
		}
	}
	n := span(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.0123456789")
	if n > 0 && strings.HasPrefix(s[n:], "()") {
		n += len("()")
	}
	return token{tokenName, s[:n]}, n
}

// span counts the leading bytes of s that are in set.
func span(s, set string) int {
	return len(s) - len(strings.TrimLeft(s, set))
}

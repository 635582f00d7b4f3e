package manifest

import "fmt"

const upperHex = "0123456789ABCDEF"

// plain says whether a byte stands for itself: visible ASCII but the percent
// sign. Everything else is escaped byte by byte, so a manifest is ASCII text,
// a space always separates, and no name can hide behind an invisible or
// look-alike character.
func plain(c byte) bool {
	return c > ' ' && c < 0x7f && c != '%'
}

// appendEscaped appends s with every byte that is not plain as %XX.
func appendEscaped(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; plain(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return dst
}

// unescape is the inverse; it also takes what appendEscaped would not have
// written, which Decode notices by encoding again.
func unescape(s string) (string, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("%q ends within an escape", s)
		}
		high, low := hexValue(s[i+1]), hexValue(s[i+2])
		if high < 0 || low < 0 {
			return "", fmt.Errorf("%q holds the bad escape %q", s, s[i:i+3])
		}
		out = append(out, byte(high<<4|low))
		i += 2
	}
	return string(out), nil
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

package static

import (
	"bytes"
	"strings"

	"belljar.build/rootfs"
)

// keyLength is the number of hexadecimal digits that begin the name of an
// output in the store.
const keyLength = 32

// isTreeName: "4a98...-zlib-1.2.13".
func isTreeName(name string) bool {
	if len(name) < keyLength+2 || name[keyLength] != '-' {
		return false
	}
	for i := range keyLength {
		if !isHex(name[i]) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool { return hexDigits[c] }

var hexDigits = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true,
	'8': true, '9': true, 'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true,
}

// scanKeys calls hit for every 32 digits that begin at from or later and before
// to. Like the store's own scan for references it looks at the end of such a
// place first and, where that is no digit, goes on behind it: most of a file
// it never reads.
func scanKeys(b []byte, from, to int, hit func(at int)) {
	known := from // below are digits, back to start
	for start := from; start < to && start+keyLength <= len(b); {
		end := start + keyLength
		i := end - 1
		for i >= start && i >= known && hexDigits[b[i]] {
			i--
		}
		known = end
		if i >= start && !hexDigits[b[i]] {
			start = i + 1
			continue
		}
		hit(start)
		start++
	}
}

// scanWide calls hit for every 32 digits in UTF-16, of either byte order: there
// each stands beside a zero. A text of 64 bytes covers two bytes next to each
// other at one of the places that are a key's length apart.
func scanWide(b []byte, from, to int, hit func(at int, key []byte)) {
	for p := from; p < to && p+1 < len(b); p += keyLength {
		at := p
		switch {
		case b[p+1] == 0 && hexDigits[b[p]]:
		case b[p] == 0 && hexDigits[b[p+1]]:
			at++
		default:
			continue
		}
		wideAround(b, at, hit)
	}
}

// wideAround looks at the digits around the one at b[at] that may belong to
// one key with it.
func wideAround(b []byte, at int, hit func(at int, key []byte)) {
	first := at
	for first >= 2 && first > at-2*keyLength && hexDigits[b[first-2]] && b[first-1] == 0 {
		first -= 2
	}
	digits := make([]byte, 0, 2*keyLength+1)
	for i := first; i < len(b) && i < at+2*keyLength && hexDigits[b[i]]; i += 2 {
		digits = append(digits, b[i])
		if i+1 < len(b) && b[i+1] != 0 {
			break
		}
	}
	for i := 0; i+keyLength <= len(digits); i++ {
		hit(first+2*i, digits[i:i+keyLength])
	}
}

const storePrefix = rootfs.Logical + "/"

// storeName is the name of the store path whose key is at b[at:], if it is one.
func storeName(b []byte, at int) (string, bool) {
	end := at + keyLength
	if at < len(storePrefix) || end >= len(b) || b[end] != '-' || !bytes.HasSuffix(b[:at], []byte(storePrefix)) {
		return "", false
	}
	for end < len(b) && end < at+256 && b[end] != '/' && isPathByte(b[end]) {
		end++
	}
	return strings.TrimRight(string(b[at:end]), ".-+"), true
}

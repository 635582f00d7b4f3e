package diff

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// hashLength is how many digits of a key stand in a store path.
const hashLength = 32

// isStoreName tells the base name of an output: "<32 hexadecimal digits>-name".
func isStoreName(name string) bool {
	return len(name) > hashLength+1 && name[hashLength] == '-' && allHex(name[:hashLength]) && nameLength([]byte(name[hashLength+1:])) == len(name)-hashLength-1
}

func allHex[T string | []byte](s T) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// nameLength is how many bytes at the start may belong to an output's name.
func nameLength(b []byte) int {
	for i, c := range b {
		if i == 255 || (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("+-._", rune(c)) {
			return i
		}
	}
	return len(b)
}

// storePaths reports the outputs that only one side names, by their base names:
// what precedes those is the store's logical path, or, in a RUNPATH, "../".
func (l *looker) storePaths(where string, a, b []byte) {
	before, after := storeNames(a), storeNames(b)
	removed, added := missing(before, after), missing(after, before)
	if len(removed)+len(added) > 0 {
		l.add(Cause{Kind: CauseStorePath, Where: where, Before: list(removed), After: list(added)})
	}
}

// storeNames lists the base names of outputs in data that follow a slash, each
// once, in order.
func storeNames(data []byte) (names []string) {
	seen := map[string]bool{}
	for i := 0; i < len(data); i++ {
		next := bytes.IndexByte(data[i:], '-')
		if next < 0 {
			break
		}
		i += next
		start := i - hashLength
		if start < 1 || data[start-1] != '/' || !allHex(data[start:i]) {
			continue
		}
		n := nameLength(data[i+1:])
		// A sentence's full stop is no part of a name.
		name := strings.TrimRight(string(data[start:i+1+n]), ".")
		if len(name) > hashLength+1 && !seen[name] && len(seen) < 1<<12 {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// missing lists what is in all and not in others, in order, each once.
func missing(all, others []string) (only []string) {
	known := make(map[string]bool, len(others))
	for _, s := range others {
		known[s] = true
	}
	for _, s := range all {
		if !known[s] {
			known[s] = true
			only = append(only, s)
		}
	}
	return only
}

// list joins a few words.
func list(words []string) string {
	if len(words) > maxListed {
		words = append(slices.Clone(words[:maxListed]), "…")
	}
	return strings.Join(words, ", ")
}

// datePattern finds text that looks like a time: ISO dates, the dates of C's
// __DATE__ and of date(1), times of day, and seconds since 1970 from 2017 on.
func datePattern() *regexp.Regexp {
	const month = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}`
	const clock = `[0-2]\d:[0-5]\d(?::[0-5]\d)?`
	return regexp.MustCompile(strings.Join([]string{
		`\b(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]` + clock + `)?`,
		`\b` + month + ` {1,2}[0-3]?\d,? (?:` + clock + ` (?:[A-Z]{3,5} )?)?(?:19|20)\d\d\b`,
		`\b[0-3]?\d[ -]` + month + `[ -](?:19|20)\d\d(?: ` + clock + `)?`,
		`\b[0-2]\d:[0-5]\d:[0-5]\d\b`,
		`\b1[5-9]\d{8}\b`,
	}, "|"))
}

// timestamps reports what looks like a time in lines or strings that only one
// side has. before are the first side's bytes, to say where; nil for a text.
func (l *looker) timestamps(where string, before []byte, removed, added []string) {
	old, recent := l.findDates(removed), l.findDates(added)
	removed, added = missing(old, recent), missing(recent, old)
	if len(removed) == 0 || len(added) == 0 {
		return
	}
	l.add(Cause{
		Kind: CauseTimestamp, Where: where, Offset: offset(int64(bytes.Index(before, []byte(removed[0])))),
		Before: list(removed), After: list(added),
	})
}

func (l *looker) findDates(texts []string) (dates []string) {
	for _, t := range texts {
		if l.dated += len(t); l.dated > 4*maxWindow || len(dates) > 10*maxListed {
			break
		}
		dates = append(dates, l.dates.FindAllString(t, maxListed)...)
	}
	return dates
}

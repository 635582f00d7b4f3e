package diff

import (
	"bytes"
	"fmt"
	"regexp"
)

// looker looks into one pair of files and collects why they differ.
type looker struct {
	hash   [2]string // what to treat as equal, "" for nothing
	dates  *regexp.Regexp
	causes []Cause
	total  int   // causes met, those beyond maxCauses included
	masked bool  // something is equal only because of hash
	left   int64 // how many bytes may still be unpacked
	dated  int   // how many bytes were searched for dates
}

func (c *comparison) looker() *looker {
	l := &looker{dates: c.dates, left: maxUnpack}
	if c.options.IgnoreStoreHash {
		l.hash = [2]string{c.sides[0].hash, c.sides[1].hash}
	}
	return l
}

func (l *looker) add(c Cause) {
	l.total++
	if len(l.causes) < maxCauses {
		l.causes = append(l.causes, c)
	}
}

// finish gives the causes; none when all that differs is to be ignored.
func (l *looker) finish() []Cause {
	if l.total > len(l.causes) {
		return append(l.causes, Cause{Kind: CauseUnread, Detail: fmt.Sprintf("%d more causes", l.total-len(l.causes))})
	}
	return l.causes
}

func (l *looker) unread(where string, err error) {
	l.add(Cause{Kind: CauseUnread, Where: where, Detail: err.Error()})
}

// mask overwrites each side's own hash, in place, and tells whether both had
// one.
func (l *looker) mask(a, b []byte) bool {
	if l.hash[0] == "" || l.hash[1] == "" {
		return false
	}
	first, second := maskHash(a, l.hash[0]), maskHash(b, l.hash[1])
	return first || second
}

// content compares two texts, files or members of archives, that may differ.
// Both are overwritten. It leaves a cause whenever they do differ.
func (l *looker) content(where, name string, a, b []byte, depth int) {
	if bytes.Equal(a, b) {
		return
	}
	replaced := l.mask(a, b)
	if bytes.Equal(a, b) {
		l.masked = true
		return
	}
	if len(l.causes) == maxCauses { // no more would be shown
		l.total++
		return
	}
	total, listed, masked := l.total, len(l.causes), l.masked
	l.masked = false
	l.inspect(where, name, a, b, depth)
	switch {
	case replaced && l.total > total && onlyBuildID(l.causes[listed:]) && len(l.causes)-listed == l.total-total:
		// The id is a hash of the rest, which is equal.
		l.causes, l.total, l.masked = l.causes[:listed], total, true
	case l.total == total && !l.masked:
		l.bytes(where, a, b)
	}
	l.masked = l.masked || masked
}

func onlyBuildID(causes []Cause) bool {
	for _, c := range causes {
		if c.Kind != CauseBuildID {
			return false
		}
	}
	return true
}

func (l *looker) inspect(where, name string, a, b []byte, depth int) {
	first, second := detect(name, a), detect(name, b)
	if len(a) == 0 || len(b) == 0 { // nothing is of any format; as text it can be shown whole
		if first != formatText || second != formatText {
			l.plain(where, a, b)
			return
		}
	}
	if first != second {
		l.add(Cause{Kind: CauseFormat, Where: where, Before: string(first), After: string(second)})
		l.plain(where, a, b)
		return
	}
	if first.nests() && depth >= maxDepth {
		l.unread(where, fmt.Errorf("it lies %d archives deep", depth))
		l.bytes(where, a, b)
		return
	}
	switch first {
	case formatText:
		l.text(where, a, b)
	case formatELF:
		l.elf(where, a, b)
	case formatAr, formatTar, formatZip:
		l.archive(first, where, a, b, depth)
	case formatGzip, formatXz, formatZstd, formatBzip2:
		l.compressed(first, where, name, a, b, depth)
	case formatPyc:
		l.pyc(where, a, b)
	default:
		l.plain(where, a, b)
	}
}

// plain compares what has no format that belljar knows.
func (l *looker) plain(where string, a, b []byte) {
	l.storePaths(where, a, b)
	removed, added := differentStrings(a, b)
	l.timestamps(where, a, removed, added)
	l.bytes(where, a, b)
}

// inside is the place of a member.
func inside(where, member string) string {
	member = cut(member)
	if where == "" {
		return member
	}
	return where + "!/" + member
}

// at is the place of a section.
func at(where, section string) string {
	if where == "" {
		return section
	}
	return where + " " + section
}

// cut bounds a string that is shown.
func cut(s string) string {
	if len(s) > maxLine {
		return s[:maxLine] + "…"
	}
	return s
}

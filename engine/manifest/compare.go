package manifest

import (
	"cmp"
	"slices"
)

// ChangeKind is how a path differs between two manifests.
type ChangeKind string

// The kinds of change.
const (
	Added   ChangeKind = "added"   // only in the second manifest
	Removed ChangeKind = "removed" // only in the first
	Changed ChangeKind = "changed" // in both, but different
)

// Change is one path that differs.
type Change struct {
	Path   string
	Kind   ChangeKind
	Fields []string // of a changed entry: "kind", "mode", "size", "digest", "target"
	Before *Entry   // nil if added
	After  *Entry   // nil if removed
}

// Compare lists what differs from a to b, the root first and then by path.
// No change means equal manifest hashes.
func Compare(a, b *Manifest) []Change {
	var changes []Change
	i, j := 0, 0
	for i < len(a.Entries) || j < len(b.Entries) {
		switch order := compareNext(a.Entries[i:], b.Entries[j:]); {
		case order < 0:
			e := &a.Entries[i]
			changes = append(changes, Change{Path: e.Path, Kind: Removed, Before: e})
			i++
		case order > 0:
			e := &b.Entries[j]
			changes = append(changes, Change{Path: e.Path, Kind: Added, After: e})
			j++
		default:
			before, after := &a.Entries[i], &b.Entries[j]
			if fields := differences(before, after); len(fields) > 0 {
				changes = append(changes, Change{before.Path, Changed, fields, before, after})
			}
			i++
			j++
		}
	}
	return changes
}

// compareNext tells which manifest's next path comes first; an exhausted one
// comes last.
func compareNext(a, b []Entry) int {
	switch {
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	}
	return comparePaths(a[0].Path, b[0].Path)
}

// comparePaths is the order of a manifest: bytes, but the root first.
func comparePaths(a, b string) int {
	if a == "." || b == "." {
		return cmp.Compare(rootFirst(a), rootFirst(b))
	}
	return cmp.Compare(a, b)
}

func rootFirst(p string) int {
	if p == "." {
		return 0
	}
	return 1
}

func sortEntries(entries []Entry) {
	slices.SortFunc(entries, func(a, b Entry) int { return comparePaths(a.Path, b.Path) })
}

func differences(a, b *Entry) []string {
	var fields []string
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{"kind", a.Kind != b.Kind},
		{"mode", a.Mode != b.Mode},
		{"size", a.Size != b.Size},
		{"digest", a.Digest != b.Digest},
		{"target", a.Target != b.Target},
	} {
		if f.differ {
			fields = append(fields, f.name)
		}
	}
	return fields
}

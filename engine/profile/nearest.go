package profile

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"
)

// Nearest gives the known name nearest to a mistyped one, or "" when none is
// near: at most a third of the letters may differ.
func Nearest(name string, known []string) string {
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, k := range known {
		d := distance(name, k)
		// Equal distances are decided by name, so that the answer does not
		// depend on the order of a map.
		if d < bestDistance || d == bestDistance && best != "" && k < best {
			best, bestDistance = k, d
		}
	}
	return best
}

// didYouMean is the hint with the nearest name, or "".
func didYouMean(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// distance counts the letters to change. Letters in the wrong order, the
// commonest slip, count once and not twice.
func distance(a, b string) int {
	d := levenshtein.Distance(a, b, nil)
	if d == 2 && sorted(a) == sorted(b) {
		return 1
	}
	return d
}

func sorted(s string) string {
	letters := []byte(s)
	slices.Sort(letters)
	return string(letters)
}

package profile

import (
	"fmt"
	"slices"

	"github.com/agext/levenshtein"
)

// maxName bounds the names that are compared: none that a person writes is longer.
const maxName = 200

// Nearest gives the known name nearest to a mistyped one, or "" when none is
// near: at most a third of the letters may differ.
func Nearest(name string, known []string) string {
	if name == "" || len(name) > maxName {
		return ""
	}
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, k := range known {
		if len(k)-len(name) >= bestDistance || len(name)-len(k) >= bestDistance {
			continue // as far apart as their lengths, at least
		}
		d := distance(name, k)
		// Equal distances are decided by name, so that the answer does not
		// depend on the order of a map.
		if d < bestDistance || d == bestDistance && best != "" && k < best {
			best, bestDistance = k, d
		}
	}
	return best
}

// maxCompared bounds how many names are compared for the hints of one profile: one
// with thousands of mistakes is no typing error.
const maxCompared = 200_000

// didYouMean is the hint with the nearest name, or "".
func (p *Profile) didYouMean(name string, known []string) string {
	if p.compared += len(known); p.compared > maxCompared {
		return ""
	}
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

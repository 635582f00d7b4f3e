package check

import (
	"slices"
	"strings"

	"belljar.build/engine/vary"
)

// Summary is the verdict in a line, for example "reproducible" or "not
// reproducible: varied by time; does not build when cpus is varied: make: exit
// status 2".
func (v *Verdict) Summary() string {
	if v.Reproducible {
		return "reproducible"
	}
	var all, plain []string
	for _, c := range v.Culprits {
		if v.failureOf(c) == "" {
			plain = append(plain, words(c))
		}
	}
	if len(plain) > 0 {
		all = append(all, "varied by "+strings.Join(plain, ", "))
	}
	for _, c := range v.Culprits {
		if f := v.failureOf(c); f != "" {
			all = append(all, "does not build when "+words(c)+" is varied: "+firstLine(f))
		}
	}
	switch {
	case v.Chance == Race:
		all = append(all, "a race: "+v.Explanation)
	case v.Chance != "":
		all = append(all, "by chance: "+v.Explanation)
	case v.Explanation != "":
		all = append(all, v.Explanation)
	}
	if len(all) == 0 && v.Failure != "" {
		all = append(all, ErrControl.Error()+": "+firstLine(v.Failure))
	}
	return "not reproducible: " + strings.Join(all, "; ")
}

// failureOf is how the build failed where the culprit alone was varied; "" when
// it did not.
func (v *Verdict) failureOf(culprit vary.Set) string {
	withCPUs := sorted(append(vary.Set{vary.CPUs}, culprit...))
	for _, b := range v.Builds {
		alone := slices.Equal(b.Varied, culprit) || v.Chance == Race && slices.Equal(b.Varied, withCPUs)
		if alone && b.Failure != "" {
			return b.Failure
		}
	}
	return ""
}

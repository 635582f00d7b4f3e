package check

import (
	"errors"
	"testing"

	"belljar.build/engine/manifest"
	"belljar.build/engine/vary"
)

func TestSummary(t *testing.T) {
	fails := Built{Varied: vary.Set{vary.CPUs}, Failure: "make: exit status 2\nmore"}
	for _, tt := range []struct {
		verdict Verdict
		want    string
	}{
		{Verdict{Reproducible: true}, "reproducible"},
		{Verdict{Culprits: []vary.Set{{vary.Time}, {vary.Locale, vary.Home}}}, "not reproducible: varied by time, locale with home"},
		{
			Verdict{Culprits: []vary.Set{{vary.Time}, {vary.CPUs}}, Builds: []Built{fails}, Failure: fails.Failure},
			"not reproducible: varied by time; does not build when cpus is varied: make: exit status 2",
		},
		{Verdict{Culprits: []vary.Set{{vary.Time}}, Failure: "in a build of many"}, "not reproducible: varied by time"},
		{
			Verdict{Chance: Race, Explanation: "x", Culprits: []vary.Set{{vary.Host}}, Builds: []Built{{Varied: vary.Set{vary.Host, vary.CPUs}, Failure: "y"}}},
			"not reproducible: does not build when host is varied: y; a race: x",
		},
		{Verdict{Chance: Unknown, Explanation: "x"}, "not reproducible: by chance: x"},
		{Verdict{Explanation: "not explained: x"}, "not reproducible: not explained: x"},
		{Verdict{Failure: "make: no"}, "not reproducible: does not build with everything held still: make: no"},
	} {
		if got := tt.verdict.Summary(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestSuits(t *testing.T) {
	if err := (&Other{whole: &manifest.Manifest{}}).Suits(2); !errors.Is(err, ErrOneManifest) {
		t.Error(err)
	}
	if err := (&Other{whole: &manifest.Manifest{}}).Suits(1); err != nil {
		t.Error(err)
	}
	if err := (&Other{}).Suits(2); err != nil {
		t.Error(err)
	}
}

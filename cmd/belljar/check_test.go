package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"belljar.build/engine/check"
	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

func TestChosenVariations(t *testing.T) {
	for _, tt := range []struct {
		only, without []string
		want          string
	}{
		{nil, nil, vary.All().String()},
		{[]string{"time, host", "umask"}, nil, "time, host, umask"},
		{[]string{"all,build-path"}, []string{"time"}, vary.All().Without(vary.Time).String() + ", build-path"},
		{nil, []string{"time,host", "umask"}, vary.All().Without(vary.Time, vary.Host, vary.Umask).String()},
		{[]string{"time", "list"}, nil, "list"},
		{nil, []string{"list"}, "list"},
		{[]string{""}, nil, "a name is missing"},
		{[]string{"tme"}, nil, `no variation "tme" did you mean "time"?`},
		{nil, []string{"zzzzzz"}, `no variation "zzzzzz" belljar check --list`},
		{[]string{"time"}, []string{"time"}, "nothing is left"},
	} {
		set, list, err := chosenVariations(tt.only, tt.without)
		got := set.String()
		switch hint := (*hinted)(nil); {
		case list:
			got = "list"
		case errors.As(err, &hint):
			got = err.Error() + " " + hint.hint
		case err != nil:
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) || (err != nil) != errors.Is(err, errUsage) {
			t.Errorf("%q, %q: %s, want %s", tt.only, tt.without, got, tt.want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	var all []string
	for _, n := range []int{1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 113} {
		all = append(all, ordinal(n))
	}
	equal(t, "ordinals", strings.Join(all, " "), "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 101st 111th 113th")
}

// What a build wrote must not steer the terminal, and a long list is cut.
func TestPrintVerdict(t *testing.T) {
	v := &check.Verdict{Part: "x", Culprits: []vary.Set{{vary.Time}}, Skipped: []check.Skipped{{Variation: vary.FileSystem, Why: "no room"}}}
	for i := range maxChanges + 3 {
		v.Changes = append(v.Changes, check.Change{
			Path: fmt.Sprintf("a\x1b[2Jb%d", i), Culprit: vary.Set{vary.Time}, Likely: "date",
			Cause: diff.Cause{Kind: diff.CauseTimestamp, Before: "10:00:00"},
		}, check.Change{Path: fmt.Sprintf("a\x1b[2Jb%d", i), Culprit: vary.Set{vary.Time}, Cause: diff.Cause{Kind: diff.CauseText, Detail: "-x\n"}})
	}
	var short, long strings.Builder
	printVerdict(&short, &globals{}, v)
	printVerdict(&long, &globals{verbose: 1}, v)
	lines := strings.Split(short.String(), "\n")
	equal(t, "lines", len(lines), 1+1+maxChanges+1+1)
	equal(t, "first", lines[0], "x  not reproducible: varied by time  (0 variations, 0 builds, 0.0 s)")
	equal(t, "skipped", lines[1], "    not varied: filesystem: no room")
	equal(t, "change", lines[2], "    a\uFFFD[2Jb0: \"10:00:00\" - date; varied by: time")
	equal(t, "rest", lines[len(lines)-2], "    … 3 more (-v shows them)")
	equal(t, "with -v", strings.Count(long.String(), "\n"), 2+2*(maxChanges+3))
}

func TestComparisonLine(t *testing.T) {
	here := check.Comparison{Part: "x", Key: "1111", Manifest: "2222", Theirs: &check.Foreign{Key: "3333", Manifest: "4444"}}
	for result, want := range map[string]string{
		check.Equal: "x  equal: manifest 2222", check.Differs: "x  differs: manifest 2222 here, 4444 there",
		check.OtherInputs: "x  other inputs: key 1111 here, 3333 there: not the same was built", check.Absent: "x  absent: nothing is known of it there",
	} {
		c := here
		c.Result = result
		equal(t, result, comparisonLine(&c), want)
	}
}

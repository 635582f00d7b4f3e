package repro

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// variations lists those that belljar knows.
func variations(t *testing.T) []string {
	t.Helper()
	out, err := belljar("check", "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(out)) {
		if words := strings.Fields(line); len(words) > 0 && line[0] != ' ' && words[0] == strings.ToLower(words[0]) {
			names = append(names, words[0])
		}
	}
	return names
}

// TestVariations varies one thing at a time: the probe must see it, and nothing
// else.
func TestVariations(t *testing.T) {
	names := variations(t)
	if len(names) < 22 {
		t.Fatalf("only %q", names)
	}
	places := make(chan struct{}, 2)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			places <- struct{}{}
			defer func() { <-places }()
			v := check(t, "probe", "--vary", name)
			if got := v.named(); got != name {
				t.Errorf("named %q (%s%s)", got, v.Explanation, v.Failure)
			}
			seen := map[string]bool{}
			for _, c := range v.Changes {
				seen[c.Path] = true
			}
			if paths := slices.Sorted(maps.Keys(seen)); !slices.Equal(paths, []string{name}) {
				t.Errorf("seen in %q", paths)
			}
		})
	}
}

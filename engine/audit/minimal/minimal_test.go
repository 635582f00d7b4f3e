package minimal

import (
	"context"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/build"
)

// subject declares a, b, c, of which a brings x, and x also comes with c; needed
// are those without which the build differs.
func subject(unread string, needed ...string) Subject {
	brings := map[string][]string{"a": {"x", "y"}, "c": {"x"}}
	return Subject{
		Part: "part", Manifest: "same", Declared: []string{"a", "b", "c"}, Unread: strings.Fields(unread),
		Closure: func(declared []string) (all []string, _ error) {
			for _, d := range declared {
				all = append(all, d)
				all = append(all, brings[d]...)
			}
			slices.Sort(all)
			return slices.Compact(all), nil
		},
		Build: func(_ context.Context, hidden []string) (*build.Trial, error) {
			for _, n := range needed {
				if n == "never" || slices.Contains(hidden, n) {
					return &build.Trial{Manifest: "other"}, nil
				}
			}
			return &build.Trial{Manifest: "same"}, nil
		},
	}
}

func TestProve(t *testing.T) {
	tests := []struct {
		name                        string
		subject                     Subject
		needed, superfluous, hidden string
		proven                      bool
		builds                      int
	}{
		{"all is read", subject(""), "a b c", "", "", true, 0},
		{"one can go", subject("b"), "a c", "b", "b", true, 1},
		{"what others bring stays", subject("a"), "b c", "a", "a y", true, 1},
		{"two can go", subject("a b"), "c", "a b", "a b y", true, 1},
		{"unread and needed", subject("b", "b"), "a b c", "", "", true, 2},
		{"one of two is needed", subject("a b", "b"), "b c", "a", "a y", true, 4},
		{"both are needed", subject("a b", "a", "b"), "a b c", "", "", true, 4},
		{"not reproducible", subject("a b", "never"), "a b c", "", "", false, 2},
	}
	for _, tt := range tests {
		p, err := Prove(t.Context(), tt.subject)
		if err != nil {
			t.Fatal(err)
		}
		got := [3]string{strings.Join(p.Needed, " "), strings.Join(p.Superfluous, " "), strings.Join(p.Hidden, " ")}
		if got != [3]string{tt.needed, tt.superfluous, tt.hidden} || p.Proven != tt.proven || p.Builds != tt.builds {
			t.Errorf("%s: %q proven %v in %d builds, %q", tt.name, got, p.Proven, p.Builds, p.Why)
		}
	}
}

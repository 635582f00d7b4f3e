package history

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/store"
)

func TestOf(t *testing.T) {
	s, err := store.Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, b := range []store.Build{
		{Key: "k1", Outcome: store.OutcomeFailed, Phase: "make"},
		{Key: "k1", Outcome: store.OutcomeBuilt, Manifest: "m1"},
		{Key: "k1", Outcome: store.OutcomeBuilt, Manifest: "m1"},
		{Key: "k2", Outcome: store.OutcomeBuilt, Manifest: "m1"},
		{Key: "k1", Outcome: store.OutcomeBuilt, Manifest: "m2"},
		{Key: "k1", Outcome: store.OutcomeBuilt, Manifest: "m1"},
	} {
		b.Started = time.Unix(int64(i), 0)
		if err := s.AddHistory("zlib", b); err != nil {
			t.Fatal(err)
		}
	}
	r, err := Of(s, "zlib")
	if err != nil {
		t.Fatal(err)
	}
	var marks []string
	for _, e := range r.Builds {
		marks = append(marks, fmt.Sprintf("%s %v %v", e.Key, e.KeyChanged, e.Differs))
	}
	const want = "k1 false false, k1 false false, k1 false false, k2 true false, k1 true true, k1 false true"
	if got := strings.Join(marks, ", "); got != want {
		t.Errorf("marks\n got  %s\n want %s", got, want)
	}
	if got := fmt.Sprint(r.Findings); got != "[{k1 [m1 m2]}]" {
		t.Errorf("findings %s", got)
	}
	if r, err := Of(s, "other"); err != nil || len(r.Builds) != 0 {
		t.Errorf("of a part that was never built: %+v, %v", r, err)
	}
	if _, err := Of(s, "../x"); err == nil {
		t.Error("a path was taken for a part")
	}
}

package trace

import (
	"testing"

	"belljar.build/engine/audit"
)

func TestJoin(t *testing.T) {
	levels := []Compilation{{Level: "v3", Flag: "-march=haswell", By: audit.Evidence{Where: "process 7: cc1"}}}
	code := []audit.Finding{audit.New(audit.BadLink, "x", "", ""), audit.New(audit.CPULevel, "bin/x", "v3", "")}
	got := Join(code, levels, "v1")
	if len(got) != 2 || len(got[0].Evidence) != 0 || len(got[1].Evidence) != 1 || got[1].Evidence[0].Where != "process 7: cc1" {
		t.Errorf("%+v", got)
	}
	got = Join(nil, levels, "v2")
	if len(got) != 1 || got[0].Rule != audit.CPULevel || got[0].Severity != audit.Note || got[0].Subject != "-march=haswell" {
		t.Errorf("%+v", got)
	}
	if got := Join(nil, levels, "v3"); len(got) != 0 {
		t.Errorf("what the policy allows is found: %+v", got)
	}
	if got := Join(nil, nil, "v1"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

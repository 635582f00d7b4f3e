package audit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	rules := Rules()
	for _, r := range rules {
		if seen[string(r.ID)] || seen[r.Name] || r.Title == "" || r.Help == "" || !slices.Contains(severities[:], r.Severity) {
			t.Errorf("%+v", r)
		}
		seen[string(r.ID)], seen[r.Name] = true, true
	}
	if len(rules) != 28 {
		t.Errorf("%d rules", len(rules))
	}
	if r, ok := Find(CPULevel); !ok || r.Name != "cpu-level" {
		t.Errorf("%v, %v", r, ok)
	}
}

// A finding of another build is the same finding: only the keys in store paths
// are others.
func TestFingerprint(t *testing.T) {
	path := func(key string) string {
		return "/var/lib/belljar/store/" + strings.Repeat(key, 32) + "-zlib-1.2.13/lib"
	}
	a := New(BadRunPath, "bin/x", path("a"), "one")
	b := New(BadRunPath, "bin/x", path("b"), "two, at byte 7")
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("another key makes another finding")
	}
	for _, f := range []Finding{
		New(BadRunPath, "bin/y", path("a"), "one"), New(BadRunPath, "bin/x", "/lib", "one"), New(BadLink, "bin/x", path("a"), "one"),
	} {
		if f.Fingerprint() == a.Fingerprint() {
			t.Errorf("%+v is taken for another finding", f)
		}
	}
}

func TestApply(t *testing.T) {
	all := []Finding{
		New(HostPathInConfig, "bin/xml2-config", "/usr/lib", ""),
		New(HostPathInConfig, "lib/pkgconfig/a.pc", "/opt", ""),
		New(LibraryLookup, "", "liblzma", ""),
		New(BadLink, "share/a/b/c", "/etc/x", ""),
	}
	for i := range all {
		all[i].Part = "libxml2"
	}
	p := &Policy{Exceptions: []Exception{
		{Rule: HostPathInConfig, Part: "libxml2", What: "bin/*", Reason: "1"},
		{Rule: LibraryLookup, Part: "lib*", What: "liblzma", Reason: "2"},
		{Rule: BadLink, Part: "libxml2", What: "share/**", Reason: "3"},
		{Rule: HostPathInConfig, Part: "libxml2", What: "gone", Reason: "stale"},
		{Rule: LibraryLookup, Part: "libxml2", What: "libz", Reason: "not looked at"},
		{Rule: HostPathInConfig, Part: "other", What: "gone", Reason: "not looked at"},
	}}
	stale := p.Apply(all, func(part string, rule ID) bool { return part == "libxml2" && rule[0] == 'S' })
	reasons := ""
	for _, f := range all {
		if f.Excepted == nil {
			reasons += "-"
			continue
		}
		reasons += f.Excepted.Reason
	}
	if reasons != "1-23" || len(stale) != 1 || stale[0].Reason != "stale" {
		t.Errorf("%s, stale %+v", reasons, stale)
	}
	if n := Worst(all, Note); n != 1 {
		t.Errorf("%d count", n)
	}
}

func TestVerdict(t *testing.T) {
	s := Settings{GLibC: "2.31", CPU: "v1"}
	excepted := New(BadLink, "x", "/etc", "m")
	excepted.Excepted = &Exception{Reason: "not for ever"}
	text, err := NewVerdict(s, []Finding{excepted, New(Timestamp, "y", "", ""), New(Machine, "", "", "")}).Encode()
	if err != nil {
		t.Fatal(err)
	}
	v := ReadVerdict(text, s)
	if v == nil || len(v.Errors) != 1 || !v.Errors[0].Counts() || v.Warnings != 1 || v.Notes != 1 {
		t.Errorf("%s", text)
	}
	s.GLibC = "2.17"
	if ReadVerdict(text, s) != nil || ReadVerdict(nil, s) != nil || ReadVerdict(json.RawMessage("{"), s) != nil {
		t.Error("a verdict of other settings, or none, holds")
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root has zlib and zstd; ncurses by a script of the linker's; libcap unused.
func testIndex() *index {
	x := &index{owners: map[string][]string{
		"/usr/include/zlib.h":       {"zlib1g-dev"},
		triplet + "/pkgconfig/x.pc": {"libx-dev"},
	}, links: map[string]*library{}, names: map[string]bool{"z": true, "zstd": true, "cap": true, "x": true}}
	x.link("libz.so.1", "z", []string{"zlib1g-dev"})
	x.link("libzstd.so.1", "zstd", []string{"libzstd-dev"})
	x.link("libx.so.6", "x", []string{"libx-dev"})
	x.link("libcap.so.2", "cap", []string{"libcap-dev"})
	x.link("libtinfo.so.6", "tinfo", []string{"libncurses-dev"})
	x.link("libncursesw.so.6", "ncursesw", []string{"libncurses-dev"})
	return x
}

func set(names ...string) map[string]bool {
	all := map[string]bool{}
	for _, n := range names {
		all[n] = true
	}
	return all
}

func TestJudge(t *testing.T) {
	found := []finding{
		{Rule: "D02", Severity: "warning", Subject: "libz"},
		{Rule: "D02", Severity: "warning", Subject: "libzstd"},
		{Rule: "D02", Severity: "warning", Subject: "libcap"},
		{Rule: "D02", Severity: "warning", Subject: "libother"},
		{Rule: "D02", Severity: "note", Subject: "in no package"},
		{Rule: "D03", Severity: "warning", Subject: "zlib.h"},
		{Rule: "D03", Severity: "warning", Subject: "x.pc"},
		{Rule: "S01", Severity: "error", Subject: "libgone.so.1"},
	}
	s := &source{name: "file"}
	got := judge(s, testIndex(), found, set("libc.so.6", "libncursesw.so.6"),
		set("libc.so.6", "libz.so.1", "libx.so.6", "libgone.so.1", "libtinfo.so.6", "libncursesw.so.6"), set("zstd"))
	want := &comparison{
		source: s, headers: 2,
		leaks: []leak{
			{soname: "libgone.so.1"},
			{soname: "libx.so.6", byHeader: "x.pc"},
			{soname: "libz.so.1", byLinker: true, byHeader: "zlib.h"},
		},
		declared: []string{"libtinfo.so.6"},
		right:    []string{"z", "zstd"}, wrong: []string{"cap"}, untested: []string{"other"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(comparison{}, leak{}, source{})); diff != "" {
		t.Error(diff)
	}
	if text := table([]*comparison{got}); !strings.Contains(text, "Recall of D02 alone: 1 of 3 (0.33)") ||
		!strings.Contains(text, "D02 and D03: 2 of 3 (0.67)") || !strings.Contains(text, "Precision of D02: 2 of 3 (0.67)") {
		t.Error(text)
	}
}

func TestLinked(t *testing.T) {
	dir := t.TempDir()
	text := `configure:10: checking for foo in -lfoo
configure:12: gcc -o conftest -g  conftest.c -lfoo -lm >&5
configure:12: $? = 0
configure:20: gcc -o conftest conftest.c -lbar  >&5
/usr/bin/ld: cannot find -lbar
configure:20: $? = 1
configure:30: gcc -o conftest conftest.c -lbaz  >&5
configure:31: $? = 0
`
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "sub", "config.log"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := linked(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(set("foo", "m"), got); diff != "" {
		t.Error(diff)
	}
}

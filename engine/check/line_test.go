package check

import (
	"strings"
	"testing"

	"belljar.build/engine/diff"
	"belljar.build/engine/vary"
)

func TestChangeString(t *testing.T) {
	for _, tt := range []struct {
		change Change
		want   string
	}{
		{
			Change{"lib/libfoo.a", vary.Set{vary.Time}, diff.Cause{Kind: diff.CauseTimestamp, Where: "member.o .rodata", Offset: "0x120", Before: "Mar  3 2026, 10:00:00", After: "Apr  4 2027"}, "date"},
			`lib/libfoo.a(member.o): .rodata +0x120: "Mar  3 2026" - date; varied by: time`,
		},
		{
			Change{"bin/x", vary.Set{vary.Host}, diff.Cause{Kind: diff.CauseELFSection, Where: ".rodata", Offset: "0x4", Detail: "first difference at 0x4, 2 bytes differ\n- localhost\n+ elsewhere\n"}, "host name"},
			`bin/x: .rodata +0x4: "localhost" - host name; varied by: host`,
		},
		{
			Change{"bin/x", vary.Set{vary.CPUModel}, diff.Cause{Kind: diff.CauseELFSection, Where: ".text", Offset: "0x4", Detail: "first difference at 0x4, 2 bytes differ"}, "CPU model"},
			`bin/x: .text +0x4: first difference at 0x4, 2 bytes differ - CPU model; varied by: cpu-model`,
		},
		{
			Change{"etc/x", vary.Set{vary.Home, vary.User}, diff.Cause{Kind: diff.CauseText, Detail: "@@ -7,3 +7,3 @@\n a\n-b /build\n+b /home\n c\n"}, "home folder"},
			`etc/x: line 8: "b /build" - home folder; varied by: home with user`,
		},
		{Change{"x", nil, diff.Cause{Kind: "added", After: "file of 3 bytes"}, ""}, `x: only on the second side`},
		{Change{"x", nil, diff.Cause{Kind: diff.CauseMode, Before: "0644", After: "0600"}, "mode"}, `x: 0644 -> 0600 - mode`},
		{
			Change{"x", nil, diff.Cause{Kind: diff.CauseBytes, Offset: "0x0", Detail: "first difference at offset 0x0, 1 bytes differ\n- 00000000  00 01  |..|\n+ 00000000  00 02  |..|\n"}, "random"},
			`x: +0x0: bytes 00000000  00 01  |..| - random`,
		},
		{Change{".a.zip", nil, diff.Cause{Kind: diff.CauseMember, Where: ".hidden", Detail: "added", After: "present"}, ""}, `.a.zip(.hidden): archive-member  -> present`},
	} {
		if got := tt.change.String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	long := Change{"x", nil, diff.Cause{Kind: diff.CauseText, Detail: "@@ -1,1 +1,1 @@\n-" + strings.Repeat("é", 200) + "\n"}, ""}
	if got := long.String(); len(got) > 100 || !strings.HasSuffix(got, `…"`) {
		t.Error(got)
	}
}

func TestMainChanges(t *testing.T) {
	change := func(path, kind, where string) Change {
		return Change{Path: path, Cause: diff.Cause{Kind: kind, Where: where}}
	}
	var got []string
	for _, c := range Main([]Change{
		change("a", diff.CauseTimestamp, ""), change("a", diff.CauseText, ""), change("a", diff.CauseText, "elsewhere"),
		change("b", diff.CauseBuildID, ""), change("c", diff.CauseBuildID, ""), change("c", diff.CauseELFSection, ".text"),
	}) {
		got = append(got, c.Path+" "+c.Cause.Kind)
	}
	if s := strings.Join(got, ", "); s != "a timestamp, a text, b build-id, c elf-section" {
		t.Error(s)
	}
}

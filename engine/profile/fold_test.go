package profile

import "testing"

func TestFold(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"last assignment wins", "o = a\no = b", "b"},
		{"add to an assignment", "o = a\no += b", "a\nb"},
		{"add to nothing assigns", "o += a", "a"},
		{"add twice", "o += a\no += b", "a\nb"},
		{"add to empty keeps its line", "o =\no += a", "\na"},
		{"assignment discards what was pending", "o += a\no -= b\no = c", "c"},
		{"remove whole lines only", "o = a1 a2\n  a1\n  b\no -= a1", "a1 a2\nb"},
		{"remove several", "o = a\n  b\n  c\no -= a\n  c", "b"},
		{"remove every equal line", "o = a\n  b\n  a\no -= a", "b"},
		{"remove what is not there", "o = a\no -= b", "a"},
		{"remove from nothing leaves empty", "o -= a", ""},
		{"remove all leaves empty", "o = a\no -= a", ""},
		{"within a file additions come first", "o = a\no -= b\no += b\n  c", "a\nc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, "[s]\n"+tt.text)
			equal(t, "value", raw(t, p, "s", "o"), tt.want)
		})
	}
}

func TestFoldAddsToWhatWasEmptied(t *testing.T) {
	p := load(t, "[s]\no = a\no -= a", "s:o+=b")
	equal(t, "o", raw(t, p, "s", "o"), "\nb")
}

func TestFoldAcrossConditionalSections(t *testing.T) {
	p := load(t, `
[s]
a = 1
b += 1
[s:python3]
a += 2
b += 2
[s:python2]
a = 3
`)
	equal(t, "a", raw(t, p, "s", "a"), "1\n2")
	equal(t, "b", raw(t, p, "s", "b"), "1\n2")
}

func TestEveryContributionIsKept(t *testing.T) {
	p := load(t, `
[buildout]
extends = base.cfg
[s]
o = new
o += more
-- base.cfg --
[s]
o = old
`, "s:o-=new")
	o, _, err := p.Raw("s", "o")
	if err != nil {
		t.Fatal(err)
	}
	want := []Contribution{
		{Position{"base.cfg", 2}, "=", "old", nil},
		{Position{"buildout.cfg", 5}, "=", "new", nil},
		{Position{"buildout.cfg", 6}, "+=", "more", nil},
		{Position{CommandLine, 0}, "-=", "new", nil},
	}
	equal(t, "count", len(o.From), len(want))
	for i := range want {
		equal(t, "contribution", o.From[i], want[i])
	}
	equal(t, "value", o.Value, "more")
	equal(t, "position", o.Position().String(), "command line")
}

package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"belljar.build/engine/audit"
)

var update = flag.Bool("update", false, "write the golden files anew")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %v\n want %v", what, got, want)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if got != string(want) {
		t.Errorf("%s (-update writes it anew): got\n%s\nwant\n%s", name, got, want)
	}
}

func text(t *testing.T, d *Document, o TextOptions) string {
	t.Helper()
	var b strings.Builder
	must(t, Text(&b, d, o))
	return b.String()
}

// The fixture has all rules: a new one wants a sample.
func TestFixture(t *testing.T) {
	found := map[audit.ID]bool{}
	for _, f := range document().Findings {
		found[f.Rule] = true
	}
	for _, r := range audit.Rules() {
		if !found[r.ID] {
			t.Errorf("no sample of %s", r.ID)
		}
	}
}

func TestText(t *testing.T) {
	golden(t, "usual.txt", text(t, document(), TextOptions{}))
	golden(t, "verbose.txt", text(t, document(), TextOptions{Verbose: true}))
	golden(t, "colour.txt", text(t, document(), TextOptions{Colour: true}))
	golden(t, "clean.txt", text(t, &Document{Parts: parts()[:2]}, TextOptions{}))
}

func TestTextIsBounded(t *testing.T) {
	d := &Document{Parts: parts()}
	for i := range maxFindings + 7 {
		d.add(sample{rule: audit.BadMode, subject: string(rune('a' + i)), message: strings.Repeat("long", 10_000)})
	}
	got := text(t, d, TextOptions{})
	equal(t, "the rest is counted", strings.Contains(got, "… 7 more (-v shows them)"), true)
	equal(t, "cut", len(got) < (maxFindings+1)*(maxText+20)+1000, true)
	equal(t, "all", strings.Count(text(t, d, TextOptions{Verbose: true}), "longlong…"), maxFindings+7)
}

// Nothing that a build says reaches whoever reads but as letters.
func TestHostile(t *testing.T) {
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { return Text(b, hostile(), TextOptions{Verbose: true}) },
		"JSON":     func(b *bytes.Buffer) error { return JSON(b, hostile()) },
		"SARIF":    func(b *bytes.Buffer) error { return SARIF(b, hostile()) },
		"baseline": func(b *bytes.Buffer) error { return WriteBaseline(b, hostile()) },
	} {
		var b bytes.Buffer
		must(t, write(&b))
		equal(t, name+" is UTF-8", utf8.Valid(b.Bytes()), true)
		for _, r := range b.String() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s has %q", name, r)
				break
			}
		}
		if !strings.Contains(b.String(), `u202egpj.exe`) {
			t.Errorf("%s does not show what was hidden", name)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"lib/libé.so …":      "lib/libé.so …",
		"\x1b[2J\r\n\t\x00":  `\x1b[2J\r\n\t\x00`,
		"a\u202eb\u200b\xff": `a\u202eb\u200b\xff`,
		"\U000e0041\ufffd":   `\U000e0041�`,
	} {
		equal(t, in, Printable(in), want)
	}
	equal(t, "cut", Printable(strings.Repeat("a", maxText+1)), strings.Repeat("a", maxText)+"…")
}

func TestJSON(t *testing.T) {
	var b, indented bytes.Buffer
	must(t, JSON(&b, document()))
	equal(t, "one line", bytes.Count(b.Bytes(), []byte("\n")), 1)
	must(t, json.Indent(&indented, b.Bytes(), "", "  "))
	golden(t, "audit.json", indented.String())

	b.Reset()
	must(t, JSON(&b, &Document{}))
	for _, list := range []string{`"parts":[]`, `"findings":[]`, `"stale_exceptions":[]`} {
		equal(t, list+" is there", strings.Contains(b.String(), list), true)
	}
}

// What was escaped for terminals is, to a program, what it was.
func TestJSONMeansTheSame(t *testing.T) {
	d := &Document{Profile: "\x1b\u202e\u2028\U000e0041\U0001f512\u007f", Parts: parts()}
	var b bytes.Buffer
	must(t, JSON(&b, d))
	var back Document
	must(t, json.Unmarshal(b.Bytes(), &back))
	equal(t, "profile", back.Profile, d.Profile)
}

func TestFailing(t *testing.T) {
	d := document()
	tally := Count(d.Findings)
	equal(t, "by default warnings", d.Failing(), tally.Errors+tally.Warnings)
	d.FailOn = audit.Error
	equal(t, "errors", d.Failing(), tally.Errors)
	d.FailOn = audit.Note
	equal(t, "notes", d.Failing(), tally.Total())
	equal(t, "all", tally.Total()+tally.Excepted+tally.Known, len(d.Findings))
}

// What several findings in a row advise is told once, below them.
func TestTextTellsAFixOnce(t *testing.T) {
	d := &Document{Parts: parts()[:1]}
	for _, s := range [][2]string{{"a", "one"}, {"b", "one"}, {"c", ""}, {"d", "two"}} {
		d.add(sample{rule: audit.BadMode, file: s[0], message: "is bad", fix: s[1]})
	}
	want := "    a: is bad\n    b: is bad\n    fix: one\n    c: is bad\n    d: is bad\n        fix: two\n"
	if got := text(t, d, TextOptions{}); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	d = &Document{Parts: parts()[:1]}
	for i := range maxFindings + 1 {
		d.add(sample{rule: audit.BadMode, file: string(rune('a' + i)), message: "is bad", fix: "one"})
	}
	equal(t, "of a list that is cut", strings.Count(text(t, d, TextOptions{}), "\n    fix: one\n"), 1)
}

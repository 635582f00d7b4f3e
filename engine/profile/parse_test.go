package profile

import (
	"errors"
	"strings"
	"testing"
)

func TestParseValues(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one line", "o = 1", "1"},
		{"no blanks", "o=1", "1"},
		{"blanks within stay", "o =   a   b  ", "a   b"},
		{"equals in the value", "o = a=b == c", "a=b == c"},
		{"empty", "o =", ""},
		{"empty, then blank lines", "o =\n\n\n", ""},
		{"comment sign behind a value", "o = 1 # 2 ; 3", "1 # 2 ; 3"},
		{"continued lines are stripped", "o = a\n    b\n\n\tc  ", "a\nb\nc"},
		{"comment within a value", "o = a\n# no\n; no\n  b", "a\nb"},
		{"indented comment sign is data", "o = a\n  # yes", "a\n# yes"},
		{"block is dedented", "o =\n    a\n      b\n    c", "a\n  b\nc"},
		{"block keeps blank lines", "o =\n\n  a\n\n\n  b\n\n", "a\n\n\nb"},
		{"block strips line ends", "o =\n  a   \n  b\t", "a\nb"},
		{"block may start deeper", "o =\n     a\n  b", "   a\nb"},
		{"tabs and blanks share no margin", "o =\n\ta\n  b", "\ta\n  b"},
		{"comment within a block", "o =\n  a\n# no\n  b", "a\nb"},
		{"windows line ends", "o = a\r\n  b\r\n", "a\nb"},
		{"header-like continuation", "o = a\n  [b]", "a\n[b]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			blocks, errs := parse("f", "[s]\n"+tt.text)
			if errs != nil {
				t.Fatal(errs)
			}
			equal(t, "value", blocks[0].options[0].Text, tt.want)
			equal(t, "options", len(blocks[0].options), 1)
		})
	}
}

func TestParseOptions(t *testing.T) {
	tests := []struct{ text, name, op string }{
		{"o = x", "o", "="},
		{"o += x", "o", "+="},
		{"o+=x", "o", "+="},
		{"o    +=x", "o", "+="},
		{"o -= x", "o", "-="},
		{"a-b = x", "a-b", "="},
		{"<= x", "<", "="},
		{"< = x", "<", "="},
		{"<+= x", "<", "+="},
		{"=> x", "<part-dependencies>", "="},
		{"=>x", "<part-dependencies>", "="},
	}
	for _, tt := range tests {
		blocks, errs := parse("f", "[s]\n"+tt.text)
		if errs != nil {
			t.Errorf("%s: %v", tt.text, errs)
			continue
		}
		got := blocks[0].options[0]
		equal(t, tt.text, got.name, tt.name)
		equal(t, tt.text, got.Contribution, Contribution{Position: Position{"f", 2}, Op: tt.op, Text: "x"})
	}
}

func TestParseHeaders(t *testing.T) {
	tests := []struct{ text, name, condition string }{
		{"[a]", "a", ""},
		{"[  a  ]  ", "a", ""},
		{"[a]# [comment]", "a", ""},
		{"[a] ; comment ]", "a", ""},
		{"[a.b-c=d]", "a.b-c=d", ""},
		{"[a:]", "a", ""},
		{"[a:python2]", "a", "python2"},
		{"[ a : x in [1, 2] ]  # [b]", "a", "x in [1, 2]"},
		{`[a: '\x23\x3b' in x]`, "a", "'#;' in x"},
	}
	for _, tt := range tests {
		blocks, errs := parse("f", tt.text)
		if errs != nil {
			t.Errorf("%s: %v", tt.text, errs)
			continue
		}
		equal(t, tt.text, blocks[0].name, tt.name)
		equal(t, tt.text, blocks[0].condition, tt.condition)
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no header", "\n# c\na = 1\nb = 2\n[s]\nc = 3", "f:3: text before any section header"},
		{"indented before a header", "  a = 1", "f:1: text before any section header"},
		{"no option", "[s]\nhello", "f:2: neither an option, a section header nor a comment"},
		{"blank in a name", "[s]\na b = 1", "f:2: neither an option, a section header nor a comment"},
		{"brace in a name", "[s]\na{b = 1", "f:2: neither an option, a section header nor a comment"},
		{"no name", "[s]\n= 1", "f:2: neither an option, a section header nor a comment"},
		{"operator without a name", "[s]\n+= 1", "f:2: neither an option, a section header nor a comment"},
		{"faulty line swallows its continuation", "[s]\nhello\n  world", "f:2: neither an option, a section header nor a comment"},
		{"continuation of nothing", "[s]\n  a = 1", "f:2: indented line that continues no option"},
		{"open header", "[s", "f:1: malformed section header"},
		{"text behind a header", "[s] x", "f:1: malformed section header"},
		{"blank in a header", "[s t]", "f:1: malformed section header"},
		{"empty header", "[]\na = 1", "f:1: malformed section header"},
		{"comment sign in a condition", "[s: '#' in x]", "f:1: malformed section header"},
		{"not UTF-8", "[s]\na = \xff", "f:2: not UTF-8 text"},
		{"zero byte", "[s]\na = \x00", "f:2: a NUL byte: this is no text"},
		{
			"all at once", "[s]\nhello\na = 1\n  b\nworld\n[\n",
			"f:2: neither an option, a section header nor a comment\n" +
				"f:5: neither an option, a section header nor a comment\n" +
				"f:6: malformed section header",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			blocks, errs := parse("f", tt.text)
			equal(t, "errors", errs.Error(), tt.want)
			equal(t, "blocks", len(blocks), 0)
			if !errors.Is(errs, ErrSyntax) {
				t.Error("not ErrSyntax")
			}
		})
	}
}

func TestParseErrorsAreBounded(t *testing.T) {
	_, errs := parse("f", "[s]\n"+strings.Repeat("x\n", 1000))
	equal(t, "errors", len(errs), maxErrors)
}

func TestParsePositions(t *testing.T) {
	blocks, errs := parse("f", "\n[a]\n\nx =\n  1\n# c\n  2\ny = 3\n[b]\n")
	if errs != nil {
		t.Fatal(errs)
	}
	equal(t, "[a]", blocks[0].header.String(), "f:2")
	equal(t, "x", blocks[0].options[0].Line, 4)
	equal(t, "y", blocks[0].options[1].Line, 8)
	equal(t, "[b]", blocks[1].header.Line, 9)
}

func TestParseIgnoresByteOrderMark(t *testing.T) {
	blocks, errs := parse("f", "\ufeff[a]")
	if errs != nil || blocks[0].name != "a" {
		t.Fatal(blocks, errs)
	}
}

// FuzzParse checks what must hold for any text at all: no panic, and values
// that can be written into a canonical form.
func FuzzParse(f *testing.F) {
	f.Add("[buildout]\nparts = a\n  b\n\n[a]\n<= b\n=> c\nx +=\n  1\n\n   2\n# c\ny -= 1\n")
	f.Add("[a: python2 and (bits32 or platform.machine() == 'x')] ; c\n")
	f.Add("[a]\r\nx =\r\n\ty\r\n")
	f.Add("  x\n[\n]\n= \n\xff\x00[a]\n${x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		blocks, errs := parse("f", text)
		if len(errs) > 0 {
			if blocks != nil || len(errs) > maxErrors {
				t.Fatal(len(blocks), len(errs))
			}
			return
		}
		for _, b := range blocks {
			evaluate(b.condition, Target{}.withDefaults())
			for _, o := range b.options {
				if o.Line <= b.header.Line || o.name == "" || strings.ContainsAny(o.Text, "\x00") {
					t.Fatalf("%+v", o)
				}
				if strings.HasPrefix(o.Text, "\n") || strings.HasSuffix(o.Text, "\n") {
					t.Fatalf("blank ends: %q", o.Text)
				}
				_, _ = splitTemplate(o.Text)
			}
		}
		gather(blocks, "/")
	})
}

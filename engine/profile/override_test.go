package profile

import (
	"strings"
	"testing"
)

func TestParseOverride(t *testing.T) {
	tests := []struct {
		arg  string
		want Override
		ok   bool
	}{
		{"zlib", Override{}, false},
		{"zlib:url=a=b", Override{"zlib", "url", "=", "a=b"}, true},
		{"parts=a b", Override{"buildout", "parts", "=", "a b"}, true},
		{"buildout:parts+=a", Override{"buildout", "parts", "+=", "a"}, true},
		{"parts-=a", Override{"buildout", "parts", "-=", "a"}, true},
		{" zlib : url = x ", Override{"zlib", "url", "=", "x"}, true},
		{"zlib:url=", Override{"zlib", "url", "=", ""}, true},
	}
	for _, tt := range tests {
		o, ok, err := ParseOverride(tt.arg)
		if err != nil {
			t.Errorf("%s: %v", tt.arg, err)
		}
		equal(t, tt.arg, o, tt.want)
		equal(t, tt.arg, ok, tt.ok)
	}
}

func TestParseOverrideErrors(t *testing.T) {
	for _, arg := range []string{"=x", ":o=x", "s:=x", "a:b:c=x", "a b=x", "s:+=x", "a=\xff"} {
		_, ok, err := ParseOverride(arg)
		if !ok || err == nil {
			t.Errorf("%q: %v, %v", arg, ok, err)
		}
	}
	_, _, err := ParseOverride("a:b:c=x")
	wants(t, err, `command line: malformed override "a:b:c=x"`, "write section:option=value", ErrSyntax)
}

func TestOverridesComeLast(t *testing.T) {
	p := load(t, "[buildout]\nparts = a\n  b\n[m]\nx = 1\n[s]\n<= m\n",
		"parts+=c", "parts-=a", "s:x+=2", "new:y=3")
	equal(t, "parts", raw(t, p, "buildout", "parts"), "b\nc")
	equal(t, "on top of the macro", raw(t, p, "s", "x"), "1\n2")
	equal(t, "new section", raw(t, p, "new", "y"), "3")
}

func TestOverrideOfExtendsReadsFurtherFiles(t *testing.T) {
	p := load(t, "[s]\nx = profile\ny = profile\n-- more/a.cfg --\n[s]\nx = more\n", "buildout:extends=more/a.cfg", "s:y=command")
	equal(t, "x", raw(t, p, "s", "x"), "more")
	equal(t, "y", raw(t, p, "s", "y"), "command")
	equal(t, "files", strings.Join(p.Files(), " "), "buildout.cfg more/a.cfg")
}

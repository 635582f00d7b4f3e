package profile

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestSubstitution(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"another section", "x = <${a.b-c_d:e.f}>", "<1>"},
		{"own section", "x = ${:y}\ny = 2", "2"},
		{"own section by name", "x = ${s:y}\ny = 2", "2"},
		{"through another", "x = ${a:through}", "[3]"},
		{"own option of the other section", "x = ${a:own}", "a"},
		{"twice", "x = ${:y}${:y}\ny = 2", "22"},
		{"several lines", "x = ${:y}\n  b\ny = 1\n  a", "1\na\nb"},
		{"section name", "x = ${:_buildout_section_name_} ${a:_buildout_section_name_}", "s a"},
		{"literal", "x = $${a:b} $${HOME}", "${a:b} ${HOME}"},
		{"literal through another", "x = ${:y}\ny = $${z}", "${z}"},
		{"dollars of the shell", "x = $$ $a $(b) a$", "$$ $a $(b) a$"},
		{"pair before a reference", "x = $$${:y}\ny = 1", "$$1"},
		{"value is not read again", "x = ${:y}{a:own}\ny = $", "${a:own}"},
		{"closing brace alone", "x = }{", "}{"},
		{"no closing brace", "y = 1\nx = ${:y} ${a:b", "1 ${a:b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, "[a.b-c_d]\ne.f = 1\n[a]\nown = ${:_buildout_section_name_}\nthrough = [${c:x}]\n[c]\nx = 3\n[s]\n"+tt.text)
			equal(t, "x", mustValue(t, p, "s", "x"), tt.want)
		})
	}
}

func TestSubstitutionErrors(t *testing.T) {
	const known = "[zlib]\nurl = 1\n[s]\n"
	tests := []struct {
		name, text, want, hint string
		cause                  error
	}{
		{"no colon", "x = ${HOME}", "buildout.cfg:4: substitution ${HOME} has no colon",
			"a reference is ${section:option}; for a ${ that is no reference write $${", ErrSyntax},
		{"too many colons", "x = ${a:b:c}", "buildout.cfg:4: substitution ${a:b:c} has too many colons", "", ErrSyntax},
		{"bad section", "x = ${a/b:c}", "buildout.cfg:4: substitution ${a/b:c} has a character in its section that cannot be referred to", "", ErrSyntax},
		{"bad option", "x = ${a:b!c}", "buildout.cfg:4: substitution ${a:b!c} has a character in its option that cannot be referred to", "", ErrSyntax},
		{"no option", "x = ${a:}", "buildout.cfg:4: substitution ${a:} names no option", "", ErrSyntax},
		{"unknown section", "x = ${zlbi:url}", "buildout.cfg:4: unknown section [zlbi]", `did you mean "zlib"?`, ErrUnknown},
		{"unknown option", "x = ${zlib:ulr}", `buildout.cfg:4: [zlib] has no option "ulr"`, `did you mean "url"?`, ErrUnknown},
		{"unknown own option", "x = ${:y}", `buildout.cfg:4: [s] has no option "y"`, "", ErrUnknown},
		{"itself", "x = ${:x}", "buildout.cfg:4: circular reference: s:x -> s:x", "", ErrCircular},
		{"loop", "x = ${:y}\ny = ${:z}\nz = ${s:y}", "buildout.cfg:6: circular reference: s:y -> s:z -> s:y", "", ErrCircular},
		{"the line that added it", "x = a\ny = b\nx += ${zlib:no}\nx += c", `buildout.cfg:6: [zlib] has no option "no"`, "", ErrUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, known+tt.text)
			_, ok, err := p.Value("s", "x")
			wants(t, err, tt.want, tt.hint, tt.cause)
			equal(t, "ok", ok, false)
		})
	}
}

func TestErrorsShowTheChainOfReferences(t *testing.T) {
	p := load(t, "[a]\nx = ${b:y}\n[b]\ny =\n  1\n  ${c:z}\n[c]\nz = ${d:none}\n[d]")
	_, _, err := p.Value("a", "x")
	equal(t, "error", fmt.Sprint(err), `buildout.cfg:8: [d] has no option "none"
  via a:x (buildout.cfg:2)
  via b:y (buildout.cfg:6)
  via c:z (buildout.cfg:8)`)
}

func TestProfileBaseLocation(t *testing.T) {
	dir := project(t, `
[buildout]
extends = sub/a.cfg
[s]
y = ${:x}
[user]
<= s
[top]
<= s
[own]
<= s
z = ${:_profile_base_location_}
[quiet]
<= plain
[asked]
y = ${quiet:_profile_base_location_}
-- sub/a.cfg --
[plain]
p = 1
[s]
x = ${:_profile_base_location_}/f
[user]
`)
	p, err := Load("buildout.cfg", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "not moved by a later file", mustValue(t, p, "s", "y"), filepath.Join(dir, "sub/f"))
	// SlapOS's [golang] <= golang1.21, in another folder, means the patches
	// beside golang1.21; one that says the name itself means its own.
	equal(t, "of the macro that says it", mustValue(t, p, "top", "x"), filepath.Join(dir, "sub/f"))
	equal(t, "of the user that says it", mustValue(t, p, "own", "x"), filepath.Join(dir, "f"))
	equal(t, "of the user when nobody says it", mustValue(t, p, "asked", "y"), dir)
	equal(t, "of another section", mustValue(t, p, "user", "x"), filepath.Join(dir, "sub/f"))
}

func TestValueThatDoesNotExist(t *testing.T) {
	p := load(t, "[s]\nx = 1")
	for _, at := range []ref{{"none", "x"}, {"s", "none"}, {"buildout", "parts"}} {
		if v, ok, err := p.Value(at.section, at.option); v != "" || ok || err != nil {
			t.Errorf("%s: %q, %v, %v", at, v, ok, err)
		}
	}
}

func TestValueInitialisesNoPart(t *testing.T) {
	p := load(t, "[a]\nrecipe = r\nx = 1\n[s]\nx = ${a:x}")
	_, _, err := p.Value("s", "x")
	wants(t, err, `buildout.cfg:5: the value refers to the part "a", which is not initialised here`, "", ErrNeedsPart)
	equal(t, "a part's own plain option", mustValue(t, p, "a", "x"), "1")
}

func TestNestedReferencesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("[s]\nx0 = 0123456789\n")
	for i := range 60 {
		fmt.Fprintf(&b, "x%d = ${:x%d}${:x%d}\n", i+1, i, i)
	}
	p := load(t, b.String())
	_, _, err := p.Value("s", "x60")
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "value is larger than 16777216 bytes") {
		t.Error(err)
	}
	if lines := strings.Count(err.Error(), "\n"); lines > maxChain+1 {
		t.Errorf("%d lines of references", lines)
	}
}

func TestManyLargeValuesAreBounded(t *testing.T) {
	p := load(t, "[s]\na = 0123456789\nb = ${:a}\nc = ${:a}")
	r := newResolver(p, nothing)
	r.room = 25
	if _, err := r.evaluate(ref{"s", "b"}); err != nil {
		t.Fatal(err)
	}
	_, err := r.evaluate(ref{"s", "c"})
	wants(t, err, "buildout.cfg:4: the values of this profile are larger than 268435456 bytes", "", ErrTooLarge)
}

func TestDeepReferencesAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("[s]\n")
	for i := range maxDepth + 1 {
		fmt.Fprintf(&b, "x%d = ${:x%d}\n", i, i+1)
	}
	p := load(t, b.String())
	_, _, err := p.Value("s", "x0")
	wants(t, err, "buildout.cfg:10001: references are nested deeper than 10000", "", ErrTooLarge)
}

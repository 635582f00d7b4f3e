package profile

import (
	"fmt"
	"strings"
	"testing"
)

func TestMacros(t *testing.T) {
	p := load(t, `
[a]
x = a1
  a2
only-a = 1
[b]
x = b
only-b = 1
[user]
<= a
   b
own = 1
[reversed]
<=
  b
  a
[changed]
<= a
x += c
x -= a1
[nested]
<= changed
x += d
[late]
<= after
[after]
y = 1
`)
	equal(t, "later parent wins", raw(t, p, "user", "x"), "b")
	equal(t, "first parent's option", raw(t, p, "user", "only-a"), "1")
	equal(t, "own option", raw(t, p, "user", "own"), "1")
	equal(t, "reversed", raw(t, p, "reversed", "x"), "a1\na2")
	equal(t, "against the parent's", raw(t, p, "changed", "x"), "a2\nc")
	equal(t, "nested", raw(t, p, "nested", "x"), "a2\nc\nd")
	equal(t, "parent further down", raw(t, p, "late", "y"), "1")
	equal(t, "the parent stays as it is", raw(t, p, "a", "x"), "a1\na2")
	if _, ok, _ := p.Raw("user", "<"); ok {
		t.Error("< is an option of the result")
	}
}

func TestUsersOfAMacroAreIndependent(t *testing.T) {
	p := load(t, "[m]\nx = 1\nx += 2\nx += 3\n[a]\n<= m\nx += a\n[b]\n<= m\nx += b")
	equal(t, "a", raw(t, p, "a", "x"), "1\n2\n3\na")
	equal(t, "b", raw(t, p, "b", "x"), "1\n2\n3\nb")
	equal(t, "a again", raw(t, p, "a", "x"), "1\n2\n3\na")
}

func TestMacroWaitsForAllFiles(t *testing.T) {
	p := load(t, `
[buildout]
extends = base.cfg
[m]
x = late
[s]
x += 2
-- base.cfg --
[s]
<= m
x += 1
`)
	equal(t, "x", raw(t, p, "s", "x"), "late\n1\n2")
}

func TestMacroErrors(t *testing.T) {
	tests := []struct {
		name, text, section, want, hint string
		cause                           error
	}{
		{"unknown", "[macro]\n[s]\n<= marco", "s", "buildout.cfg:3: unknown section [marco] in <=", `did you mean "macro"?`, ErrUnknown},
		{"two on a line", "[a]\n[b]\n[s]\n<= a b", "s", "buildout.cfg:4: unknown section [a b] in <=", "write one section a line", ErrUnknown},
		{"itself", "[s]\n<= s", "s", "buildout.cfg:2: sections start from each other: s <= s", "", ErrCircular},
		{
			"loop", "[s]\n<= a\n[a]\n<= b\n[b]\n<= a", "s",
			"buildout.cfg:6: sections start from each other: a <= b <= a", "", ErrCircular,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := load(t, tt.text)
			_, _, err := p.Raw(tt.section, "x")
			wants(t, err, tt.want, tt.hint, tt.cause)
			_, err = p.Options(tt.section)
			wants(t, err, tt.want, tt.hint, tt.cause)
		})
	}
}

func TestBuildoutIsNoMacroUser(t *testing.T) {
	wants(t, loadError(t, "[a]\n[buildout]\n<= a"), "buildout.cfg:3: [buildout] cannot start from another section", "use extends", ErrSyntax)
}

func TestMacrosNestedTooDeep(t *testing.T) {
	var b strings.Builder
	for i := range maxMacros + 2 {
		fmt.Fprintf(&b, "[s%d]\n<= s%d\n", i, i+1)
	}
	p := load(t, b.String())
	_, _, err := p.Raw("s0", "x")
	wants(t, err, "buildout.cfg:2002: more than 1000 sections start from one another", "", ErrTooLarge)
}

// Without remembering what is expanded this takes 2^40 steps.
func TestMacroDiamondsAreCheap(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, "[s%d]\n<= s%d\n   s%d\n[t%d]\n<= s%d\n   t%d\n", i, i+1, i+1, i, i, i+1)
	}
	b.WriteString("[s40]\nx = 1\n[t40]\n")
	p := load(t, b.String())
	equal(t, "x", raw(t, p, "t0", "x"), "1")
}

func TestOptionsAreSorted(t *testing.T) {
	p := load(t, "[a]\nc = 3\na = 1\n[s]\n<= a\nb = 2")
	options, err := p.Options("s")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range options {
		got = append(got, o.Name+"="+o.Value)
	}
	equal(t, "options", strings.Join(got, " "), "a=1 b=2 c=3")
}

package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// nothing is a recipe that sets no option.
func nothing(*Part) (map[string]string, error) { return nil, nil }

// located is a recipe that sets the location only.
func located(pt *Part) (map[string]string, error) {
	return map[string]string{"location": "/store/" + pt.Name}, nil
}

// resolve gives the parts as "name(depends, ...)" in order of completion.
func resolve(t *testing.T, text string, init Initialise, parts ...string) (order string, byName map[string]*Part) {
	t.Helper()
	resolved, err := load(t, text).Resolve(parts, init)
	if err != nil {
		t.Fatal(err)
	}
	byName = map[string]*Part{}
	var names []string
	for _, pt := range resolved {
		byName[pt.Name] = pt
		names = append(names, fmt.Sprintf("%s(%s)", pt.Name, strings.Join(pt.Depends, ",")))
	}
	return strings.Join(names, " "), byName
}

func resolveError(t *testing.T, text string, parts ...string) error {
	t.Helper()
	_, err := load(t, text).Resolve(parts, located)
	if err == nil {
		t.Fatal("no error")
	}
	return err
}

func TestOrderOfParts(t *testing.T) {
	const parts = "[a]\nrecipe = r\nx = ${b:location}\n[b]\nrecipe = r\n[c]\nrecipe = r\n[unused]\nrecipe = r\n"
	tests := []struct{ name, text, want string }{
		{"as listed", "parts = c b", "c() b()"},
		{"what is needed comes first", "parts = a c", "b() a(b) c()"},
		{"each once", "parts =\n  a\n  b\n  a", "b() a(b)"},
		{"none", "parts =", ""},
		{"list by reference", "parts = ${list:of} b\n[list]\nof = c", "c() b()"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			order, _ := resolve(t, parts+"[buildout]\n"+tt.text, located)
			equal(t, "order", order, tt.want)
		})
	}
}

func TestResolveOfNamedParts(t *testing.T) {
	order, _ := resolve(t, "[buildout]\nparts = b\n[a]\nrecipe = r\nx = ${c:location}\n[b]\nrecipe = r\n[c]\nrecipe = r", located, "a")
	equal(t, "order", order, "c() a(c)")
}

func TestNamedPartsBringOnlyWhatTheyNeed(t *testing.T) {
	const text = "[buildout]\nx = ${b:location}\nparts = a\n[a]\nrecipe = r\nx = ${env:plain}\n[b]\nrecipe = r\n[c]\nrecipe = r\n[env]\nplain = 1\nother = ${c:location} ${none:x}"
	order, _ := resolve(t, text, located, "a")
	equal(t, "named", order, "a()")
	order, _ = resolve(t, text, located)
	equal(t, "listed, as in Buildout", order, "b() c() a()")
}

func TestDepends(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"location", "x = ${zlib:location}", "zlib() a(zlib)"},
		{"any option", "x = ${zlib:url}", "zlib() a(zlib)"},
		{"order only", "depends = ${zlib:recipe}", "zlib() a(zlib)"},
		{"implicit option", "x = ${zlib:_buildout_section_name_}", "zlib() a(zlib)"},
		{"through a section that is no part", "x = ${env:CPPFLAGS}", "zlib() a(zlib)"},
		{"only what flowed", "x = ${env:plain}", "zlib() a()"},
		{"through a part's option", "x = ${python:executable}", "zlib() python(zlib) a(python,zlib)"},
		{"not through a part's other options", "x = ${python:plain}", "zlib() python(zlib) a(python)"},
		{"by option name, each once", "z = ${zlib:url}\ny = ${gdbm:url} ${zlib:url}", "gdbm() zlib() a(gdbm,zlib)"},
		{"=> comes after what is referred to", "=> zlib\nb = ${gdbm:url}", "gdbm() zlib() a(gdbm,zlib)"},
		{"=> several", "=> gdbm zlib", "gdbm() zlib() a(gdbm,zlib)"},
		{"=> of a section that is no part", "=> env", "zlib() a(zlib)"},
		{"=> by reference", "=> ${env:needs}", "zlib() gdbm() a(gdbm)"},
		{"itself is none", "x = ${a:y}\ny = 1", "a()"},
		{"itself through another section", "x = ${env:of-a}\ny = 1", "zlib() a()"},
		{"through a macro", "<= macro", "zlib() a(zlib)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			order, _ := resolve(t, `
[buildout]
parts = a
[zlib]
recipe = r
url = u
[gdbm]
recipe = r
url = u
[env]
CPPFLAGS = -I${zlib:location}/include
plain = 1
needs = gdbm
of-a = ${a:y}
[python]
recipe = r
executable = ${:prefix}/bin
prefix = ${zlib:location}
plain = 1
[macro]
x = ${zlib:location}
[a]
recipe = r
y = 1
`+tt.text, located)
			equal(t, "order", order, tt.want)
		})
	}
}

func TestPartIsWholeWhenItIsInitialised(t *testing.T) {
	calls := map[string]int{}
	_, parts := resolve(t, `
[buildout]
parts = a b
[a]
recipe = slapos.recipe.cmmi
=> b
x = ${b:location}/${:_buildout_section_name_}
[b]
<= m
recipe = ${:kind}
[m]
kind = other
`, func(pt *Part) (map[string]string, error) {
		calls[pt.Name]++
		if pt.Name == "a" {
			equal(t, "x", pt.Options["x"], "/store/b/a")
			equal(t, "b before a", calls["b"], 1)
		}
		return located(pt)
	})
	equal(t, "calls of a", calls["a"], 1)
	equal(t, "calls of b", calls["b"], 1)
	equal(t, "recipe", parts["a"].Recipe, "slapos.recipe.cmmi")
	equal(t, "recipe by reference", parts["b"].Recipe, "other")
	names := slices.Sorted(maps.Keys(parts["a"].Options))
	equal(t, "options", strings.Join(names, " "), "location recipe x")
	names = slices.Sorted(maps.Keys(parts["b"].Options))
	equal(t, "options", strings.Join(names, " "), "kind location recipe")
}

func TestWhatTheRecipeSetsReplacesTheProfile(t *testing.T) {
	_, parts := resolve(t, `
[buildout]
parts = a
[a]
recipe = r
x = ${b:location} ${b:own}
[b]
recipe = r
location = of the profile
own = ${:location}
`, located)
	equal(t, "x", parts["a"].Options["x"], "/store/b of the profile")
	equal(t, "the part itself", parts["b"].Options["location"], "/store/b")
}

// Profiles do this: the environment of a part refers back to it.
func TestReferenceBackToThePartUnderWay(t *testing.T) {
	text := `
[a]
recipe = r
x = ${env:x}
y = 1
[env]
x = ${a:y}
z = ${a:x}
[b]
recipe = r
x = ${env:x}
`
	order, parts := resolve(t, text, located, "a", "b")
	equal(t, "a first", order, "a() b(a)")
	equal(t, "x", parts["b"].Options["x"], "1")
	order, _ = resolve(t, text, located, "b")
	equal(t, "b first", order, "a() b(a)")
}

// A part that another was started for lends what the profile says about it.
func TestPartsThatReferToEachOthersPlainOptions(t *testing.T) {
	order, parts := resolve(t, `
[work]
recipe = r
depends = ${install:recipe}
flags = ${zlib:location}
[install]
recipe = r
command = ${work:flags}
[zlib]
recipe = r
`, located, "work")
	equal(t, "order", order, "zlib() install(zlib) work(install,zlib)")
	equal(t, "command", parts["install"].Options["command"], "/store/zlib")
}

func TestPartErrors(t *testing.T) {
	tests := []struct {
		name, text, want, hint string
		cause                  error
	}{
		{
			"unknown part", "[buildout]\nparts =\n  zlib\nparts +=\n  zlbi\n[zlib]\nrecipe = r",
			"buildout.cfg:5: unknown section [zlbi]", `did you mean "zlib"?`, ErrUnknown,
		},
		{"no recipe", "[buildout]\nparts = env\n[env]\nx = 1", "buildout.cfg:2: [env] is no part: it has no recipe", "", ErrUnknown},
		{"empty recipe", "[buildout]\nparts = env\n[env]\nrecipe =", "buildout.cfg:2: [env] is no part: it has no recipe", "", ErrUnknown},
		{"buildout", "[buildout]\nrecipe = r\nparts = buildout", "buildout.cfg:3: [buildout] is no part: it has no recipe", "", ErrUnknown},
		{"no list", "\n[buildout]", `buildout.cfg:2: [buildout] has no option "parts"`, "list what to build: parts = name ...", ErrUnknown},
		{"no list, no section", "[s]", `buildout.cfg: [buildout] has no option "parts"`, "", ErrUnknown},
		{
			"unknown option", "[buildout]\nparts = a\n[a]\nrecipe = r\nx = ${b:locatoin}\n[b]\nrecipe = r",
			`buildout.cfg:5: [b] has no option "locatoin"`, `did you mean "location"?`, ErrUnknown,
		},
		{
			"unknown =>", "[buildout]\nparts = a\n[a]\nrecipe = r\n=> bb\n[b]\nrecipe = r",
			"buildout.cfg:5: unknown section [bb]", `did you mean "b"?`, ErrUnknown,
		},
		{
			"cycle", "[buildout]\nparts = a\n[a]\nrecipe = r\nx = ${b:location}\n[b]\nrecipe = r\ny = ${c:location}\n[c]\nrecipe = r\nz = ${b:location}",
			"buildout.cfg:11: parts need each other: b -> c -> b", "", ErrCircular,
		},
		{
			"cycle of declared locations", "[buildout]\nparts = a\n[a]\nrecipe = r\nlocation = 1\nx = ${b:location}\n[b]\nrecipe = r\ny = ${a:location}",
			"buildout.cfg:9: parts need each other: a -> b -> a", "", ErrCircular,
		},
		{
			"cycle of =>", "[buildout]\nparts = a\n[a]\nrecipe = r\n=> b\n[b]\nrecipe = r\n=> a",
			"buildout.cfg:8: parts need each other: a -> b -> a", "", ErrCircular,
		},
		{
			"=> itself", "[buildout]\nparts = a\n[a]\nrecipe = r\n=> a",
			"buildout.cfg:5: parts need each other: a -> a", "", ErrCircular,
		},
		{
			"own option of the recipe", "[buildout]\nparts = a\n[a]\nrecipe = r\nx = ${:location}",
			`buildout.cfg:5: [a] has no option "location", and its recipe has not set any yet`, "", ErrUnknown,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, resolveError(t, tt.text), tt.want, tt.hint, tt.cause)
		})
	}
}

func TestNamedPartErrors(t *testing.T) {
	err := resolveError(t, "[zlib]\nrecipe = r", "zlbi")
	wants(t, err, "command line: unknown section [zlbi]", `did you mean "zlib"?`, ErrUnknown)
}

func TestPartErrorShowsWhoNeedsIt(t *testing.T) {
	err := resolveError(t, "[buildout]\nparts = a\n[a]\nrecipe = r\nx = ${b:location}\n[b]\nrecipe = r\ny = ${none:x}")
	equal(t, "error", err.Error(), `buildout.cfg:8: unknown section [none]
  via buildout:parts (buildout.cfg:2)
  via a:x (buildout.cfg:5)
  via b:y (buildout.cfg:8)`)
}

func TestInitialiseError(t *testing.T) {
	p := load(t, "[buildout]\nparts = a\n\n[a]\nrecipe = r\nurl = u")
	cause := errors.New("no such recipe")
	_, err := p.Resolve(nil, func(*Part) (map[string]string, error) { return nil, cause })
	wants(t, err, `buildout.cfg:4: part "a": no such recipe`, "", cause)

	_, err = p.Resolve(nil, func(pt *Part) (map[string]string, error) {
		return nil, &Error{Position: pt.Position("url"), Msg: "bad url", Hint: "mend it"}
	})
	wants(t, err, "buildout.cfg:6: bad url", "mend it", nil)
}

func TestPartPosition(t *testing.T) {
	_, parts := resolve(t, "[a]\nrecipe = r\n<= m\nx = 1\nx += 2\n[m]\ny = 1", located, "a")
	for option, want := range map[string]string{"x": "buildout.cfg:5", "y": "buildout.cfg:7", "location": "buildout.cfg:1", "none": "buildout.cfg:1"} {
		equal(t, option, parts["a"].Position(option).String(), want)
	}
}

func TestLongChainsOfParts(t *testing.T) {
	var b strings.Builder
	const n = 3000
	for i := range n {
		fmt.Fprintf(&b, "[p%d]\nrecipe = r\nx = ${p%d:location}\n", i, i+1)
	}
	fmt.Fprintf(&b, "[p%d]\nrecipe = r\n", n)
	parts, err := load(t, b.String()).Resolve([]string{"p0"}, located)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "parts", len(parts), n+1)
	equal(t, "first", parts[0].Name, "p3000")
}

func TestDidYouMean(t *testing.T) {
	known := []string{"zlib", "libxml2", "libxslt", "bzip2"}
	for name, want := range map[string]string{
		"zlbi": `did you mean "zlib"?`, "libxml": `did you mean "libxml2"?`, "quite-different": "", "": "",
		"libxsl2": `did you mean "libxml2"?`,
	} {
		equal(t, name, (&Profile{}).didYouMean(name, known), want)
	}
}

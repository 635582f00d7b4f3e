package recipe

import (
	"strings"
	"testing"
)

func TestVariables(t *testing.T) {
	tests := []struct{ name, options, variable, want string }{
		{"plain", "environment = A=1", "A", "1"},
		{"blanks around", "environment =\n  A = 1 2 ", "A", "1 2"},
		{"= in the value", "environment = CPPFLAGS=-DA=1", "CPPFLAGS", "-DA=1"},
		{"empty", "environment = A=", "A", ""},
		{"PATH is the sandbox's", "environment = PATH=/x/bin:%(PATH)s", "PATH", "/x/bin:/tc/bin"},
		{"what stands before", "environment =\n  A=1\n  B=%(A)s2", "B", "12"},
		{"the last one counts", "environment =\n  A=1\n  A=2", "A", "2"},
		{"%%", "environment = A=100%%", "A", "100%"},
		{"section", "environment-section = env", "FROM_SECTION", "1"},
		{"section, expanded", "environment-section = env", "PATH", "/s/bin:/tc/bin"},
		{"overridden", "environment-section = env\nenvironment = FROM_SECTION=2", "FROM_SECTION", "2"},
		{"overridden, not added to", "environment-section = env\nenvironment = PATH=/x/bin:%(PATH)s", "PATH", "/x/bin:/tc/bin"},
		{"environment sees the section", "environment-section = env\nenvironment = B=%(FROM_SECTION)s2", "B", "12"},
		{"blanks around the section's name", "environment-section =\n  env", "FROM_SECTION", "1"},
		{"no section", "environment-section =", "FROM_SECTION", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := mustTry(t, "[buildout]\nparts = x\n[env]\nFROM_SECTION = 1\nPATH = /s/bin:%(PATH)s\n[x]\n"+cmmiX+tt.options)
			equal(t, tt.variable, m.drafts["x"].Action.Env[tt.variable], tt.want)
		})
	}
}

// The parts that a section's values come from are the part's dependencies, as
// if the part itself had named them.
func TestSectionMakesDependencies(t *testing.T) {
	m := mustTry(t, `[buildout]
parts = x
[env]
CPPFLAGS = -I${low:location}/include
[x]
recipe = slapos.recipe.cmmi
url = http://h/x.tar
environment-section = env
[low]
recipe = plone.recipe.command
command = true
`)
	a := m.drafts["x"].Action
	equal(t, "value", a.Env["CPPFLAGS"], "-I"+locationOf("low")+"/include")
	equal(t, "inputs", len(a.Inputs), 1)
	equal(t, "library path", a.Env["LIBRARY_PATH"], locationOf("low")+"/lib")
	equal(t, "depends", strings.Join(m.parts["x"].Depends, " "), "low")
}

func TestVariableErrors(t *testing.T) {
	tests := []struct{ name, options, message, hint string }{
		{"no =", "environment =\n  A=1\n  B", `buildout.cfg:8: part x: environment: "B" is no variable`, "write one NAME=VALUE a line"},
		{"no name", "environment = =1", `buildout.cfg:8: part x: environment: "=1" is no variable`, "write one NAME=VALUE a line"},
		{"blank in the name", "environment = export A=1", `buildout.cfg:8: part x: environment: "export A=1" is no variable`, "write one NAME=VALUE a line"},
		{"lone %", "environment = A=5%", `buildout.cfg:8: part x: environment: variable A: "" stands after a lone %`, percentHint},
		{"not of the host", "environment = A=%(USER)s", `buildout.cfg:8: part x: environment: variable A: %(USER)s names nothing`, percentHint},
		{"of the section", "environment-section = bad", `buildout.cfg:4: part x: environment-section: variable A: %(no)s names nothing`, percentHint},
		{"unknown section", "environment-section = bda", `buildout.cfg:8: unknown section [bda]`, `did you mean "bad"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("USER", "someone")
			_, err := try(t, "[buildout]\nparts = x\n[bad]\nA = %(no)s\n[x]\n"+cmmiX+tt.options)
			if tt.name == "unknown section" { // the references that led there follow
				first, _, _ := strings.Cut(err.Error(), "\n")
				equal(t, "error", first, tt.message)
				return
			}
			wants(t, err, tt.message, tt.hint)
		})
	}
}

func TestExpandPercent(t *testing.T) {
	values := map[string]string{"a": "1", "b c": "2", "p": "%(a)s"}
	for _, tt := range []struct{ text, want, err string }{
		{"", "", ""},
		{"plain", "plain", ""},
		{"%(a)s", "1", ""},
		{"<%(a)s|%(b c)s>", "<1|2>", ""},
		{"100%%", "100%", ""},
		{"%%(a)s", "%(a)s", ""},
		{"%%%(a)s", "%1", ""},
		{"not twice: %(p)s", "not twice: %(a)s", ""},
		{"%", "", `"" stands after a lone %`},
		{"%d", "", `"d" stands after a lone %`},
		{"%(a)d", "", `"%(a)d" is no %(name)s`},
		{"%(a", "", `"%(a" is no %(name)s`},
		{"%(a)d and %(b)s", "", `"%(a)d and %(b)" is no %(name)s`},
		{"%()s", "", `%()s names nothing`},
		{"%(x)s", "", `%(x)s names nothing`},
		{"50%\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9", "", `"éééééééééééé" stands after a lone %`},
	} {
		got, err := expandPercent(tt.text, values)
		message := ""
		if err != nil {
			message = err.Error()
		}
		if got != tt.want || message != tt.err {
			t.Errorf("%q\n got  %q, %s\n want %q, %s", tt.text, got, message, tt.want, tt.err)
		}
	}
}

func TestBaseEnvironment(t *testing.T) {
	t.Setenv("PATH", "/home/someone/bin")
	alone := makeX(t, cmmiX).Action.Env
	for name, want := range map[string]string{
		"HOME": "/build", "TMPDIR": "/tmp", "TZ": "UTC", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "315532800",
		"PATH": "/tc/bin", "BELLJAR_RPATH": "@@LOCATION@@/lib", "PKG_CONFIG_LIBDIR": "/nonexistent",
		"BELLJAR_PREFIX_MAP": "/build=/usr/src/x-1.2 /tc=/usr",
	} {
		equal(t, name, alone[name], want)
	}
	// An empty entry of these means the current folder.
	for _, name := range []string{"CPATH", "LIBRARY_PATH"} {
		if _, ok := alone[name]; ok {
			t.Errorf("%s is set", name)
		}
	}
	env := mustTry(t, "[buildout]\nparts = x\n[x]\n"+cmmiX+"depends = ${b:location} ${a:location}\n[a]\nrecipe = belljar:perl\n[b]\nrecipe = belljar:gcc-libs").drafts["x"].Action.Env
	a, b := locationOf("a"), locationOf("b")
	for name, want := range map[string]string{
		"PATH":              b + "/bin:" + a + "/bin:/tc/bin",
		"CPATH":             b + "/include:" + a + "/include",
		"LIBRARY_PATH":      b + "/lib:" + a + "/lib",
		"PKG_CONFIG_LIBDIR": b + "/lib/pkgconfig:" + b + "/share/pkgconfig:" + a + "/lib/pkgconfig:" + a + "/share/pkgconfig",
		"BELLJAR_RPATH":     b + "/lib:" + a + "/lib:@@LOCATION@@/lib",
	} {
		equal(t, name, env[name], want)
	}
	if !strings.Contains(env["PERL5LIB"], "/lib/perl-base") {
		t.Errorf("perl's variables are not handed on: %q", env["PERL5LIB"])
	}
}

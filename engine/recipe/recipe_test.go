package recipe

import (
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/action"
)

func TestUnknownRecipe(t *testing.T) {
	tests := []struct{ recipe, message, hint string }{
		{"slapos.recipe.cmi", `buildout.cfg:4: part x: unknown recipe "slapos.recipe.cmi"`, `did you mean "slapos.recipe.cmmi"?`},
		{"zc.recipe.egg:scripts", `buildout.cfg:4: part x: belljar does not run the recipe "zc.recipe.egg:scripts" yet`, "the recipes that belljar runs are: " + strings.Join(Names(), ", ")},
	}
	for _, tt := range tests {
		_, err := try(t, "[buildout]\nparts = x\n[x]\nrecipe = "+tt.recipe)
		wants(t, err, tt.message, tt.hint)
	}
	if !slices.IsSorted(Names()) || !slices.Contains(Names(), "slapos.recipe.cmmi") {
		t.Errorf("names %v", Names())
	}
}

func TestDefaultEntryPoint(t *testing.T) {
	for _, name := range []string{"slapos.recipe.cmmi", "hexagonit.recipe.cmmi", "slapos.recipe.cmmi:default"} {
		equal(t, name, outline(makeX(t, "recipe = "+name+"\nurl = x.tar")), "unpack configure make install fixup")
	}
}

func TestCommand(t *testing.T) {
	d := makeX(t, "recipe = plone.recipe.command\ncommand =\n  mkdir @@LOCATION@@/x\n  date +%s\nversion = 3\nenvironment = A=1\nstop-on-error = true")
	equal(t, "steps", outline(d), "command fixup")
	equal(t, "script is taken as it is", script(d, "command"), "mkdir @@LOCATION@@/x\ndate +%s")
	equal(t, "environment", d.Action.Env["A"], "1")
	equal(t, "name", d.Action.Name, "x-3")
	equal(t, "version", d.Version, "3")
	equal(t, "warnings", len(d.Warnings), 0)
	own := makeX(t, "recipe = plone.recipe.command\ncommand = true\nlocation = @@LOCATION@@")
	equal(t, "own location", outline(own), "command fixup")
}

func TestCommandErrors(t *testing.T) {
	tests := []struct{ name, options, message, hint string }{
		{"none", "", "buildout.cfg:4: part x: no command is given", "add command = ..."},
		{"elsewhere", "command = true\nlocation = /srv/x", `buildout.cfg:6: part x: location "/srv/x" is outside the store`, "leave location out and write to @@LOCATION@@"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := try(t, "[buildout]\nparts = x\n[x]\nrecipe = plone.recipe.command\n"+tt.options)
			wants(t, err, tt.message, tt.hint)
		})
	}
}

func TestToolchainParts(t *testing.T) {
	for _, name := range []string{"gcc-libs", "perl"} {
		d := makeX(t, "recipe = belljar:"+name)
		a := d.Action
		equal(t, "name", a.Name, name+"-debian-11")
		if len(a.Steps) != 1 || a.Steps[0].Toolchain == nil || a.Steps[0].Toolchain.Output != name {
			t.Errorf("%s: steps %+v", name, a.Steps)
		}
		if len(a.Sources) == 0 || len(a.Sources) != len(d.Sources) {
			t.Errorf("%s: %d sources, %d requests", name, len(a.Sources), len(d.Sources))
		}
		for i, s := range a.Sources {
			if s.SHA256 != d.Sources[i].SHA256 || len(s.SHA256) != 64 || s.Name != d.Sources[i].Name {
				t.Errorf("%s: source %v is not request %v", name, s, d.Sources[i])
			}
		}
	}
	if env := makeX(t, "recipe = belljar:perl").Exports["PERL5LIB"]; !strings.HasPrefix(env, action.Location+"/") {
		t.Errorf("PERL5LIB %q", env)
	}
}

func TestWhereASourceComesFromIsNoInput(t *testing.T) {
	key := func(url string) string {
		k, err := makeX(t, "recipe = slapos.recipe.cmmi\nurl = "+url+"\npatches = ${:_profile_base_location_}/a.patch").Action.Key()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	here := key("http://one.example/pub/x.tar")
	equal(t, "another server", key("https://two.example/x.tar"), here)
	equal(t, "another folder", key("/srv/x.tar"), here)
	if key("http://one.example/pub/y.tar") == here {
		t.Error("the name is not in the key")
	}
}

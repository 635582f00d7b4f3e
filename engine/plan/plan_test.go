package plan

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
)

// locked is a lock that names everything.
func locked(fetch.Request) string { return strings.Repeat("d", 64) }

// write makes a folder with a profile in it.
func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "buildout.cfg")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// try plans a profile from inside its folder, so that positions are short.
func try(t *testing.T, text string, o Options) (*Graph, error) {
	t.Helper()
	t.Chdir(filepath.Dir(write(t, text)))
	return planFile(t, "buildout.cfg", o)
}

func planFile(t *testing.T, path string, o Options) (*Graph, error) {
	t.Helper()
	p, err := profile.Load(path, profile.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if o.Digest == nil {
		o.Digest = locked
	}
	return Make(p, o)
}

func mustTry(t *testing.T, text string, o Options) *Graph {
	t.Helper()
	g, err := try(t, text, o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// names are the outputs in the graph's order; * marks the listed ones.
func names(nodes []*Node) string {
	var all []string
	for _, n := range nodes {
		name := n.Action.Name
		if n.Listed {
			name += "*"
		}
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got  %#v\n want %#v", what, got, want)
	}
}

const shell = "recipe = plone.recipe.command\ncommand = true\n"

func TestGraph(t *testing.T) {
	const text = `
[buildout]
parts = high other
[low]
` + shell + `
[high]
` + shell + `depends = ${low:location}
[other]
` + shell + `
[unused]
` + shell
	tests := []struct {
		name  string
		parts []string
		want  string
	}{
		{"the profile's", nil, "base-debian-11 tools-debian-11 low high* other*"},
		{"one", []string{"high"}, "base-debian-11 tools-debian-11 low high*"},
		{"needed and asked for", []string{"high", "low"}, "base-debian-11 tools-debian-11 low* high*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := mustTry(t, text, Options{Parts: tt.parts})
			equal(t, "nodes", names(g.Nodes), tt.want)
			equal(t, "depends", strings.ReplaceAll(names(g.Part("high").Depends), "*", ""), "low base-debian-11 tools-debian-11")
			for i, n := range g.Nodes {
				for _, d := range n.Depends {
					if slices.Index(g.Nodes, d) >= i {
						t.Errorf("%s comes before its %s", n.Action.Name, d.Action.Name)
					}
				}
			}
			if g.Part("unused") != nil {
				t.Error("an unused part is planned")
			}
		})
	}
}

// The list of parts may come from a part, as Resolve has it.
func TestListedThroughAPart(t *testing.T) {
	g := mustTry(t, "[buildout]\nparts = ${list:names}\n[list]\n"+shell+"names = x\n[x]\n"+shell, Options{})
	equal(t, "nodes", names(g.Nodes), "base-debian-11 tools-debian-11 list x*")
}

func TestChangedPartsChangeTheKeysOfTheirUsersOnly(t *testing.T) {
	keys := func(command string) map[string]string {
		g := mustTry(t, "[buildout]\nparts = high other\n[low]\nrecipe = plone.recipe.command\ncommand = "+command+
			"\n[middle]\n"+shell+"depends = ${low:location}\n[high]\n"+shell+"depends = ${middle:location}\n[other]\n"+shell, Options{})
		found := map[string]string{}
		for _, n := range g.Nodes {
			found[n.Action.Name] = n.Key
			equal(t, "path", n.Path, n.Key[:32]+"-"+n.Action.Name)
			equal(t, "location", n.Location(), "/var/lib/belljar/store/"+n.Path)
		}
		return found
	}
	before, after := keys("true"), keys("false")
	for name, changed := range map[string]bool{
		"base-debian-11": false, "tools-debian-11": false, "low": true, "middle": true, "high": true, "other": false,
	} {
		equal(t, name+" changed", before[name] != after[name], changed)
	}
}

func TestToolchainIsChosen(t *testing.T) {
	const text = "[buildout]\nparts = x\ntoolchain = %s\n[x]\n" + shell
	equal(t, "12", names(mustTry(t, fmt.Sprintf(text, "debian-12"), Options{}).Nodes), "base-debian-12 tools-debian-12 x*")
	equal(t, "empty", mustTry(t, fmt.Sprintf(text, ""), Options{}).Release, DefaultToolchain)
	_, err := try(t, fmt.Sprintf(text, "debian-7"), Options{})
	var placed *profile.Error
	if !errors.As(err, &placed) || err.Error() != `buildout.cfg:3: unknown toolchain "debian-7"` || !strings.Contains(placed.Hint, "debian-11, debian-12") {
		t.Errorf("error %v", err)
	}
}

func TestWhatOthersSee(t *testing.T) {
	g := mustTry(t, `
[buildout]
parts = x
[python]
recipe = slapos.recipe.cmmi
url = p.tar
executable = @@LOCATION@@/bin/python
location = /srv/of/the/profile
[x]
recipe = plone.recipe.command
command = ${python:executable} ${python:prefix} ${python:location}
`, Options{})
	at := g.Part("python").Location()
	equal(t, "command", g.Part("x").Action.Steps[0].Run.Script, at+"/bin/python "+at+" "+at)
}

// Two parts may be one action: belljar's own perl under two names.
func TestTwoPartsWithOneAction(t *testing.T) {
	g := mustTry(t, "[buildout]\nparts = a b x\n[a]\nrecipe = belljar:perl\n[b]\nrecipe = belljar:perl\n[x]\n"+shell+"depends = ${a:location} ${b:location}", Options{})
	a, b := g.Part("a"), g.Part("b")
	equal(t, "key", a.Key, b.Key)
	if a == b || !slices.Contains(b.Depends, a) || slices.Contains(a.Depends, b) {
		t.Errorf("the second does not wait for the first: %v %v", a.Depends, b.Depends)
	}
	equal(t, "inputs", len(g.Part("x").Action.Inputs), 1)
	equal(t, "both are listed", a.Listed && b.Listed, true)
}

func TestMissingHashes(t *testing.T) {
	pin := strings.Repeat("a", 64)
	g := mustTry(t, `
[buildout]
parts = x y
[x]
recipe = slapos.recipe.cmmi
url = x.tar
sha256sum = `+pin+`
patches =
  known.patch
  unknown.patch#md5=d41d8cd98f00b204e9800998ecf8427e
[y]
recipe = slapos.recipe.cmmi
url = y.tar
md5sum = d41d8cd98f00b204e9800998ecf8427e
`, Options{Digest: func(r fetch.Request) string {
		if r.URL == "known.patch" {
			return strings.Repeat("b", 64)
		}
		return ""
	}})
	var missing []string
	for _, r := range g.Missing {
		missing = append(missing, fmt.Sprintf("%s (%s)", r.URL, r.Position))
	}
	equal(t, "missing", strings.Join(missing, " "), "unknown.patch (buildout.cfg:8) y.tar (buildout.cfg:13)")
	hashes := map[string]string{}
	for _, s := range g.Part("x").Action.Sources {
		hashes[s.Name] = s.SHA256
	}
	equal(t, "the profile's pin", hashes["x.tar"], pin)
	equal(t, "the lock's", hashes["known.patch"], strings.Repeat("b", 64))
	equal(t, "none", hashes["unknown.patch"], strings.Repeat("0", 64))
}

// The profile's own sha256 goes before the lock's: the lock is brought up to
// date, or --locked refuses.
func TestThePinOfTheProfileGoesBeforeTheLock(t *testing.T) {
	pin := strings.Repeat("a", 64)
	g := mustTry(t, "[buildout]\nparts = x\n[x]\nrecipe = slapos.recipe.cmmi\nurl = x.tar\nsha256sum = "+pin, Options{Digest: locked})
	equal(t, "source", g.Part("x").Action.Sources[0].SHA256, pin)
}

package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inFolder plans a profile and its neighbour component/more.cfg, in a folder
// of their own.
func inFolder(t *testing.T, text, more string) (g *Graph, folder string) {
	t.Helper()
	path := write(t, text)
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "component"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "component", "more.cfg"), []byte(more), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Chdir(folder)
	if g, err = planFile(t, "buildout.cfg", Options{}); err != nil {
		t.Fatal(err)
	}
	return g, folder
}

// Two checkouts of one profile give the same outputs.
func TestTheSameProfileInTwoFolders(t *testing.T) {
	plan := func() *Graph {
		g, _ := inFolder(t, `
[buildout]
parts = x y
extends = component/more.cfg
[x]
recipe = slapos.recipe.cmmi
url = ${:_profile_base_location_}/x-1.2.tar.gz
patches =
  ${:_profile_base_location_}/patches/a.patch#md5=d41d8cd98f00b204e9800998ecf8427e
  ${more:patch}
  ${buildout:directory}/patches/c.patch
  patches/d.patch
environment-section = env
location = ${buildout:parts-directory}/x
[y]
recipe = plone.recipe.command
command = ${x:location}/bin/x
`, `
[env]
CFLAGS = -O3
[more]
patch = ${:_profile_base_location_}/b.patch
`)
		return g
	}
	here, there := plan(), plan()
	for i, n := range here.Nodes {
		equal(t, n.Action.Name, there.Nodes[i].Key, n.Key)
	}
	equal(t, "warnings", strings.Join(here.Warnings, "\n"), "")
	x := here.Part("x")
	equal(t, "variable of the section", x.Action.Env["CFLAGS"], "-O3")
	var sources []string
	for _, s := range x.Sources {
		sources = append(sources, s.Name)
		if !filepath.IsAbs(s.URL) && s.URL != "patches/d.patch" {
			t.Errorf("source %s", s.URL)
		}
	}
	equal(t, "sources", strings.Join(sources, " "), "x-1.2.tar.gz a.patch b.patch c.patch d.patch")
}

func TestFolderWarnings(t *testing.T) {
	const rest = " of this machine into the build, where it does not exist, and into the key: " +
		"name another part as ${part:location}, this one as @@LOCATION@@, a file as a source"
	const cmmi = "recipe = slapos.recipe.cmmi\nurl = ${:_profile_base_location_}/x.tar\n"
	tests := []struct{ name, options, want string }{ // FOLDER stands for the profile's
		{"command", "recipe = plone.recipe.command\ncommand = ls ${buildout:directory}", "buildout.cfg:6: part x: option command brings the folder FOLDER"},
		{"file in it", "recipe = plone.recipe.command\ncommand = cp ${:_profile_base_location_}/a .", "buildout.cfg:6: part x: option command brings the folder FOLDER"},
		{"parts folder", cmmi + "configure-options = --with-y=${buildout:parts-directory}/y", "buildout.cfg:7: part x: option configure-options brings the folder FOLDER/parts"},
		{"environment", cmmi + "environment =\n  A=1\n  CPPFLAGS=-I${buildout:directory}/include", "buildout.cfg:7: part x: option environment brings the folder FOLDER"},
		{"through an own option", cmmi + "home = ${buildout:directory}/h\npost-install = cp %(home)s x", "buildout.cfg:7: part x: option home brings the folder FOLDER"},
		{"through a section", cmmi + "environment-section = env", "buildout.cfg:5: part x: a section that it reads brings the folder FOLDER"},
		{"another file's folder", cmmi + "make-options = A=${more:here}/x", "buildout.cfg:7: part x: option make-options brings the folder FOLDER/component"},
		{"own folder as the location", cmmi + "location = ${buildout:parts-directory}/x\npost-install = rm ${:location}/a", "buildout.cfg:7: part x: option location brings the folder FOLDER/parts" + rest + "\nbuildout.cfg:8: part x: option post-install brings the folder FOLDER/parts"},
		{"written out", "recipe = plone.recipe.command\ncommand = ls ${buildout:directory}-other", ""},
		{"sources only", cmmi + "patches = ${buildout:directory}/a.patch", ""},
		{"unused option", cmmi + "home = ${buildout:directory}/h", ""},
		{"folders of the sandbox", "recipe = plone.recipe.command\ncommand = ls /tmp /build", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, folder := inFolder(t, "[buildout]\nextends = component/more.cfg\nparts = x\n[x]\n"+tt.options,
				"[env]\nA = ${buildout:directory}/a\n[more]\nhere = ${:_profile_base_location_}")
			want := ""
			if tt.want != "" {
				want = strings.ReplaceAll(tt.want, "FOLDER", folder) + rest
			}
			equal(t, "warnings", strings.Join(g.Warnings, "\n"), want)
		})
	}
}

func TestMentions(t *testing.T) {
	for text, want := range map[string]bool{
		"/home/u/p": true, "-I/home/u/p/x": true, "'/home/u/p'": true, "/home/u/p:/x": true, "x /home/u/p\ny": true,
		"/home/u/project": false, "/home/u/p2 /home/u/p": true, "/home/u/p-x": false, "/home/u": false, "": false, "/home/u/p\u00e9": true,
	} {
		equal(t, text, mentions(text, "/home/u/p"), want)
	}
}

// A profile that lies in /tmp itself makes no mention of /tmp suspicious.
func TestFoldersThatTheSandboxHasToo(t *testing.T) {
	g, folder := inFolder(t, "[buildout]\nparts = x\ndirectory = /tmp\nbin-directory = /\nparts-directory = /usr/\n[x]\nrecipe = plone.recipe.command\ncommand = ls /tmp/x /usr/bin /", "")
	equal(t, "warnings", strings.Join(g.Warnings, "\n"), "")
	if folder == "/tmp" {
		t.Error("the test is in /tmp itself")
	}
}

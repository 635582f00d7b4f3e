package profile

import (
	"path/filepath"
	"testing"
)

func TestDefaultFolders(t *testing.T) {
	dir := project(t, "-- sub/buildout.cfg --\n[s]\n")
	p, err := Load("sub/buildout.cfg", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]string{
		"directory":              "sub",
		"bin-directory":          "sub/bin",
		"parts-directory":        "sub/parts",
		"eggs-directory":         "sub/eggs",
		"develop-eggs-directory": "sub/develop-eggs",
	} {
		equal(t, option, mustValue(t, p, "buildout", option), filepath.Join(dir, want))
	}
	equal(t, "download-cache", mustValue(t, p, "buildout", "download-cache"), "")
	equal(t, "offline", mustValue(t, p, "buildout", "offline"), "false")
	o, _, _ := p.Raw("buildout", "offline")
	equal(t, "position", o.Position().String(), "built-in default")
}

func TestFoldersBecomeAbsolute(t *testing.T) {
	dir := project(t, `
[buildout]
extends = etc/base.cfg
directory = build
parts-directory = p
eggs-directory = ${buildout:parts-directory}/eggs
[s]
x = ${buildout:parts-directory}/x
-- etc/base.cfg --
[buildout]
download-cache = cache
`)
	p, err := Load("buildout.cfg", LoadOptions{Overrides: []Override{{"buildout", "bin-directory", "=", "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "directory", mustValue(t, p, "buildout", "directory"), filepath.Join(dir, "build"))
	equal(t, "parts", mustValue(t, p, "s", "x"), filepath.Join(dir, "build/p/x"))
	equal(t, "eggs", mustValue(t, p, "buildout", "eggs-directory"), filepath.Join(dir, "build/p/eggs"))
	equal(t, "bin", mustValue(t, p, "buildout", "bin-directory"), filepath.Join(dir, "build/b"))
	equal(t, "a cache is relative to its file", mustValue(t, p, "buildout", "download-cache"), filepath.Join(dir, "etc/cache"))
}

func TestExecutableIsNeverThisMachines(t *testing.T) {
	equal(t, "default", mustValue(t, load(t, "[buildout]\nparts ="), "buildout", "executable"), "python3")
	p := load(t, "[buildout]\nparts =\npython = py\n[py]\nexecutable = /declared/python")
	equal(t, "declared", mustValue(t, p, "buildout", "executable"), "/declared/python")
}

func TestVersionsSection(t *testing.T) {
	wants(t, loadError(t, "[buildout]\nversions = version\n[versions]"), "buildout.cfg:2: versions names [version], which does not exist",
		`did you mean "versions"?`, ErrUnknown)
	if _, ok := load(t, "[buildout]").Header("versions"); !ok {
		t.Error("no versions section")
	}
}

func TestBooleansAreCheckedAtOnce(t *testing.T) {
	wants(t, loadError(t, "[buildout]\nprefer-final = True"), `buildout.cfg:2: prefer-final: "True" is neither true nor false`,
		"write true or false, in lower case", ErrSyntax)
}

package profile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestExtendsFoldsEachFileOnce(t *testing.T) {
	// Merging subtrees would give "base": b2 would bring b3 again.
	p := load(t, `
[buildout]
extends =
  b1.cfg
  b2.cfg
-- b1.cfg --
[buildout]
extends = b3.cfg
[s]
v = over
-- b2.cfg --
[buildout]
extends = b3.cfg
-- b3.cfg --
[s]
v = base
`)
	equal(t, "v", raw(t, p, "s", "v"), "over")
	equal(t, "files", strings.Join(p.Files(), " "), "b3.cfg b1.cfg b2.cfg buildout.cfg")
}

func TestExtendsAddsAcrossFiles(t *testing.T) {
	p := load(t, `
[buildout]
extends = a.cfg b.cfg
[s]
o -= 1
-- a.cfg --
[s]
o = 1
-- b.cfg --
[s]
o += 2
`)
	equal(t, "o", raw(t, p, "s", "o"), "2")
	if _, ok, _ := p.Raw("buildout", "extends"); ok {
		t.Error("extends is an option of the result")
	}
}

func TestExtendsIsRelativeToTheExtendingFile(t *testing.T) {
	dir := project(t, `
[buildout]
extends = component/a/buildout.cfg
-- component/a/buildout.cfg --
[buildout]
extends = ../b/buildout.cfg
-- component/b/buildout.cfg --
[s]
x = 1
`)
	t.Chdir("component")
	p, err := Load("../buildout.cfg", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Beneath the current folder: relative to it; elsewhere: absolute.
	want := []string{"b/buildout.cfg", "a/buildout.cfg", filepath.Join(dir, "buildout.cfg")}
	equal(t, "files", strings.Join(p.Files(), " "), strings.Join(want, " "))
}

func TestExtendsThroughALinkedFolder(t *testing.T) {
	dir := project(t, `
[buildout]
extends = linked/a.cfg
-- shared/stack/a.cfg --
[buildout]
extends = ../b.cfg
-- shared/b.cfg --
[s]
x = the link's target's neighbour
-- b.cfg --
[s]
x = the link's neighbour
`)
	if err := os.Symlink(filepath.Join(dir, "shared/stack"), "linked"); err != nil {
		t.Fatal(err)
	}
	p, err := Load("buildout.cfg", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "x", raw(t, p, "s", "x"), "the link's target's neighbour")
	equal(t, "files", strings.Join(p.Files(), " "), "shared/b.cfg linked/a.cfg buildout.cfg")
}

func TestExtendsTheSameFileByTwoPaths(t *testing.T) {
	p := load(t, "[buildout]\nextends = a.cfg ./a.cfg x/../a.cfg\n-- a.cfg --\n[s]\no += 1\n-- x/y --\n")
	equal(t, "o", raw(t, p, "s", "o"), "1")
}

func TestExtendsErrors(t *testing.T) {
	tests := []struct {
		name, text, want, hint string
		cause                  error
	}{
		{
			"missing", "[buildout]\nextends =\n  a.cfg\n  b.cfg\n-- a.cfg --\n",
			`buildout.cfg:4: extend "b.cfg": no such file or directory`, "a path is relative to the file that extends it", os.ErrNotExist,
		},
		{
			"missing, deeper", "[buildout]\nextends = x/a.cfg\n-- x/a.cfg --\n\n[buildout]\nextends = ../y/b.cfg",
			`x/a.cfg:3: extend "../y/b.cfg": no such file or directory`, "", os.ErrNotExist,
		},
		{
			"a folder", "[buildout]\nextends = x\n-- x/a --\n",
			`buildout.cfg:2: extend "x": not a regular file`, "", nil,
		},
		{
			"a device", "[buildout]\nextends = /dev/zero",
			`buildout.cfg:2: extend "/dev/zero": not a regular file`, "", nil,
		},
		{
			"URL", "[buildout]\nextends = https://example.org/a.cfg",
			`buildout.cfg:2: extend "https://example.org/a.cfg": no network here`, "save a copy and extend that", ErrRemote,
		},
		{
			"substitution", "[buildout]\nextends = ${a:b}/c.cfg",
			`buildout.cfg:2: extend "${a:b}/c.cfg": extends is read before any substitution`, "write the path out", ErrSyntax,
		},
		{
			"itself", "\n[buildout]\nextends = buildout.cfg",
			"buildout.cfg:3: files extend each other: buildout.cfg -> buildout.cfg", "", ErrCircular,
		},
		{
			"loop", "[buildout]\nextends = a.cfg\n-- a.cfg --\n[buildout]\nextends = b.cfg\n-- b.cfg --\n\n[buildout]\nextends = ./a.cfg",
			"b.cfg:3: files extend each other: a.cfg -> b.cfg -> a.cfg", "", ErrCircular,
		},
		{
			"faulty file", "[buildout]\nextends = a.cfg\n-- a.cfg --\n[s]\noops\n[",
			"a.cfg:2: neither an option, a section header nor a comment", "", ErrSyntax,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, loadError(t, tt.text), tt.want, tt.hint, tt.cause)
		})
	}
}

func TestLoadErrors(t *testing.T) {
	project(t, "")
	_, err := Load("none.cfg", LoadOptions{})
	wants(t, err, `none.cfg: read "none.cfg": no such file or directory`, "", os.ErrNotExist)
	_, err = Load("no/such/folder.cfg", LoadOptions{})
	wants(t, err, `no/such/folder.cfg: read "no/such/folder.cfg": no such file or directory`, "", os.ErrNotExist)
	_, err = Load("https://example.org/a.cfg", LoadOptions{})
	wants(t, err, "https://example.org/a.cfg: read \"https://example.org/a.cfg\": no network here", "", ErrRemote)
	_, err = Load("buildout.cfg", LoadOptions{Overrides: []Override{{"buildout", "extends", "=", "none.cfg"}}})
	wants(t, err, `command line: read "none.cfg": no such file or directory`, "", os.ErrNotExist)
}

func TestFileTooLarge(t *testing.T) {
	project(t, "")
	if err := os.Truncate("buildout.cfg", MaxFile+1); err != nil {
		t.Fatal(err)
	}
	_, err := Load("buildout.cfg", LoadOptions{})
	wants(t, err, `buildout.cfg: read "buildout.cfg": profile too large`, "", ErrTooLarge)
}

func TestOptionalExtends(t *testing.T) {
	p := load(t, "[buildout]\nextends = a.cfg\noptional-extends = none.cfg local.cfg\n-- a.cfg --\n[s]\nx = a\n-- local.cfg --\n[s]\nx = local\n")
	equal(t, "x", raw(t, p, "s", "x"), "local")
	err := loadError(t, "[buildout]\noptional-extends = a.cfg\n-- a.cfg --\n[buildout]\nextends = none.cfg")
	wants(t, err, `a.cfg:2: extend "none.cfg": no such file or directory`, "", os.ErrNotExist)
}

func TestUserDefaultsComeFirst(t *testing.T) {
	project(t, "[s]\nx = profile\n-- home/default.cfg --\n[s]\nx = default\ny = default\n")
	p, err := Load("buildout.cfg", LoadOptions{UserDefaults: "home/default.cfg"})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "x", raw(t, p, "s", "x"), "profile")
	equal(t, "y", raw(t, p, "s", "y"), "default")
}

func TestHomeFolderExpands(t *testing.T) {
	dir := project(t, "[buildout]\nextends = ~/a.cfg\ndownload-cache = ~/cache\n-- home/a.cfg --\n[s]\nx = 1\n")
	t.Setenv("HOME", filepath.Join(dir, "home"))
	p, err := Load("buildout.cfg", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "x", raw(t, p, "s", "x"), "1")
	equal(t, "cache", mustValue(t, p, "buildout", "download-cache"), filepath.Join(dir, "home/cache"))
}

func TestSectionsAndHeaders(t *testing.T) {
	p := load(t, "\n[buildout]\nextends = a.cfg\n[s]\n[t]\n-- a.cfg --\n[s]\n")
	equal(t, "sections", strings.Join(p.Sections(), " "), "buildout s t versions")
	for section, want := range map[string]string{"s": "a.cfg:1", "t": "buildout.cfg:5", "buildout": "buildout.cfg:2"} {
		at, ok := p.Header(section)
		if !ok {
			t.Errorf("no [%s]", section)
		}
		equal(t, section, at.String(), want)
	}
	if _, ok := p.Header("none"); ok {
		t.Error("a header of no section")
	}
}

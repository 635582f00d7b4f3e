package recipe

import (
	"fmt"
	"strings"
	"testing"
)

const cmmiX = "recipe = slapos.recipe.cmmi\nurl = http://h/x-1.2.tar.gz\n"

func TestCMMIOrder(t *testing.T) {
	tests := []struct{ name, options, want string }{
		{"plain", "", "unpack configure make install fixup"},
		{
			"everything", "patches = http://h/a.patch\n http://h/b.patch\npre-configure = a\npre-build = b\npre-install = c\npost-install = d\npromises = bin/x",
			"unpack patch patch pre-configure configure pre-build make pre-install install post-install promise fixup",
		},
		{"empty options are none", "patches =\npre-configure =\npost-install =\npromises =", "unpack configure make install fixup"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, "steps", outline(makeX(t, cmmiX+tt.options)), tt.want)
		})
	}
}

func TestCMMICommands(t *testing.T) {
	tests := []struct{ name, options, phase, want string }{
		{"configure", "", "configure", `./configure --prefix="@@LOCATION@@"`},
		{"options", "configure-options =\n  --a\n  --b=1", "configure", `./configure --prefix="@@LOCATION@@" --a --b=1`},
		{"own --prefix", "configure-options = --prefix=/x --a", "configure", `./configure --prefix=/x --a`},
		{"prefix", "prefix = @@LOCATION@@/usr", "configure", `./configure --prefix="@@LOCATION@@/usr"`},
		{"custom configure", "configure-command = cmake .\nconfigure-options = -DA=1", "configure", "cmake . -DA=1"},
		{"no configure", "configure-command = true", "configure", "true"},
		{"make", "", "make", "make"},
		{"make options", "make-options =\n  A=1\n  B=2", "make", "make A=1 B=2"},
		{"make binary", "make-binary = ninja -v", "make", "ninja -v"},
		{"install", "", "install", "make install"},
		{"install with options", "make-options = A=1\nmake-targets = a\n  b", "install", "make A=1 a b"},
		{"custom configure, untouched make", "configure-command = true", "install", `make install prefix="@@LOCATION@@"`},
		{"custom configure and prefix", "configure-command = true\nprefix = /x", "install", `make install prefix="/x"`},
		{"custom configure and targets", "configure-command = true\nmake-targets = all", "install", "make all"},
		{"custom configure and make", "configure-command = true\nmake-binary = gmake", "install", "gmake install"},
		{"expansion", "a = 1\npre-configure = %(a)s %(location)s %(prefix)s 100%%", "pre-configure", "1 @@LOCATION@@ @@LOCATION@@ 100%"},
		{"expansion in a shell word", "post-install = echo $${name%%%%:*}", "post-install", "echo ${name%%:*}"},
		{"block", "post-install =\n  a\n    b\n  c", "post-install", "a\n  b\nc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			equal(t, tt.phase, script(makeX(t, cmmiX+tt.options), tt.phase), tt.want)
		})
	}
}

func TestOnlyMakeRunsInParallel(t *testing.T) {
	d := makeX(t, cmmiX+"pre-configure = a\npre-build = b\npre-install = c\npost-install = d")
	var parallel []string
	for _, s := range d.Action.Steps {
		if s.Run != nil && s.Run.Parallel {
			parallel = append(parallel, s.Run.Phase)
		}
	}
	equal(t, "parallel", strings.Join(parallel, " "), "make")
}

func TestPatches(t *testing.T) {
	tests := []struct{ name, options, want string }{
		{"default", "patches = http://h/a.patch", "a.patch[-p0]"},
		{"options", "patches = http://h/a.patch\npatch-options = -p1 -l", "a.patch[-p1 -l]"},
		{"checksum", "patches = http://h/a.patch#d41d8cd98f00b204e9800998ecf8427e", "a.patch[-p0]"},
		{"named checksum", "patches = http://h/a.patch#md5=d41d8cd98f00b204e9800998ecf8427e", "a.patch[-p0]"},
		{"query", "patches = http://h/a.patch?x=/y", "a.patch[-p0]"},
		{"own folder", "patches = ${:_profile_base_location_}/sub/a.patch", "a.patch[-p0]"},
		{"relative", "patches = sub/a.patch", "a.patch[-p0]"},
		{"same name", "patches =\n  http://h/1/a.patch\n  http://h/2/a.patch", "a.patch[-p0] 2-a.patch[-p0]"},
		{"the numbered name is taken", "patches =\n  http://h/3-a.patch\n  http://h/1/a.patch\n  http://h/2/a.patch", "3-a.patch[-p0] a.patch[-p0] 4-a.patch[-p0]"},
		{"twice the same", "patches =\n  http://h/a.patch\n  http://h/a.patch", "a.patch[-p0] a.patch[-p0]"},
		{"default binary", "patches = http://h/a.patch\npatch-binary = patch", "a.patch[-p0]"},
		{"own binary", "patches = http://h/a.patch\npatch-binary = /p/bin/patch", "a.patch[-p0]/p/bin/patch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := makeX(t, cmmiX+tt.options)
			var got []string
			for _, s := range d.Action.Steps {
				if s.Patch != nil {
					got = append(got, fmt.Sprint(s.Patch.Source, s.Patch.Options, s.Patch.Binary))
				}
			}
			equal(t, "patches", strings.Join(got, " "), tt.want)
			names := map[string]bool{}
			for _, s := range d.Action.Sources {
				names[s.Name] = true
			}
			for _, s := range d.Action.Steps {
				if s.Patch != nil && !names[s.Patch.Source] {
					t.Errorf("%s is no source", s.Patch.Source)
				}
			}
		})
	}
}

func TestPatchChecksumsArePins(t *testing.T) {
	d := makeX(t, cmmiX+"patches =\n  http://h/a.patch#d41d8cd98f00b204e9800998ecf8427e\n  b.patch")
	a, b := d.Sources[1], d.Sources[2]
	equal(t, "URL", a.URL, "http://h/a.patch")
	equal(t, "pins", fmt.Sprint(a.Digests), "[md5:d41d8cd98f00b204e9800998ecf8427e]")
	equal(t, "position", a.Position, "buildout.cfg:6")
	equal(t, "no pin", len(b.Digests), 0)
}

func TestURLChecksumsArePins(t *testing.T) {
	d := makeX(t, "recipe = slapos.recipe.cmmi\nurl = http://h/x.tar#sha256="+strings.Repeat("a", 64)+
		"\nmd5sum = D41D8CD98F00B204E9800998ECF8427E\nsha256sum = "+strings.Repeat("a", 64))
	equal(t, "pins", fmt.Sprint(d.Sources[0].Digests), fmt.Sprintf("[sha256:%[1]s md5:d41d8cd98f00b204e9800998ecf8427e sha256:%[1]s]", strings.Repeat("a", 64)))
	equal(t, "URL", d.Sources[0].URL, "http://h/x.tar")
}

func TestPathOfAnotherPart(t *testing.T) {
	for _, tt := range []struct{ name, path, want string }{
		{"location", "${s:location}", "cp -R -H --preserve=mode,timestamps '" + locationOf("s") + "' source\nchmod -R u+w source\n"},
		{"folder with a blank and a quote", "${s:location}/it's here", "cp -R -H --preserve=mode,timestamps '" + locationOf("s") + `/it'\''s here' source` + "\nchmod -R u+w source\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := mustTry(t, "[buildout]\nparts = x\n[x]\nrecipe = slapos.recipe.cmmi\npath = "+tt.path+"\n[s]\nrecipe = plone.recipe.command\ncommand = true")
			d := m.drafts["x"]
			equal(t, "steps", outline(d), "copy source enter configure make install fixup")
			equal(t, "script", script(d, "copy source"), tt.want)
			equal(t, "inputs", fmt.Sprint(d.Action.Inputs), "[{k "+strings.Repeat("0", 32)+"-s}]")
			equal(t, "sources", len(d.Action.Sources), 0)
		})
	}
}

func TestPromises(t *testing.T) {
	d := makeX(t, cmmiX+"promises =\n  @@LOCATION@@/bin/x\n\n  lib/y")
	for _, s := range d.Action.Steps {
		if s.Promise != nil {
			equal(t, "paths", strings.Join(s.Promise.Paths, " "), "@@LOCATION@@/bin/x lib/y")
			return
		}
	}
	t.Error("no promise")
}

func TestCMMIErrors(t *testing.T) {
	tests := []struct{ name, options, message, hint string }{
		{"no source", "recipe = slapos.recipe.cmmi", "buildout.cfg:4: part x: neither url nor path is given", "add url = ... (and md5sum or sha256sum)"},
		{"two sources", cmmiX + "path = /x", "buildout.cfg:6: part x: both url and path are given", "keep one of them"},
		{
			"a folder of the machine", "recipe = slapos.recipe.cmmi\npath = /x", `buildout.cfg:5: part x: path "/x" is a folder of this machine, not of a part`,
			"pack the folder and name it with url, or name a part: path = ${part:location}",
		},
		{
			"hook", cmmiX + "post-make-hook = x.py:f", "buildout.cfg:6: part x: post-make-hook is a Python hook, which belljar does not run",
			"write the same as shell commands in pre-configure, pre-build or post-install",
		},
		{"lone %", cmmiX + "pre-build = date +%Y", `buildout.cfg:6: part x: pre-build: "Y" stands after a lone %`, percentHint},
		{"unknown %", cmmiX + "pre-build =\n  %(nothing)s", `buildout.cfg:6: part x: pre-build: %(nothing)s names nothing`, percentHint},
		{"% in the default configure", cmmiX + "configure-options = --a=%b", `buildout.cfg:6: part x: configure-options: "b" stands after a lone %`, percentHint},
		{"% in make's options", cmmiX + "make-binary = gmake\nmake-options = A=%", `buildout.cfg:7: part x: make-options: "" stands after a lone %`, percentHint},
		{"no digest", cmmiX + "md5sum = 12", `buildout.cfg:6: part x: md5sum: request cannot be used: "12" is no md5 digest: that is 32 lower-case hex digits`, ""},
		{"sha256 for md5", cmmiX + "sha256sum = d41d8cd98f00b204e9800998ecf8427e", `buildout.cfg:6: part x: sha256sum: request cannot be used: "d41d8cd98f00b204e9800998ecf8427e" is no sha256 digest: that is 64 lower-case hex digits`, ""},
		{
			"digests contradict", "recipe = slapos.recipe.cmmi\nurl = http://h/x.tar#d41d8cd98f00b204e9800998ecf8427e\nmd5sum = e41d8cd98f00b204e9800998ecf8427e",
			"buildout.cfg:5: part x: url: two checksums contradict each other: md5:d41d8cd98f00b204e9800998ecf8427e and md5:e41d8cd98f00b204e9800998ecf8427e", "keep the right one",
		},
		{"patch digest", cmmiX + "patches = a.patch#md5=12", `buildout.cfg:6: part x: patches: request cannot be used: "12" is no md5 digest: that is 32 lower-case hex digits`, ""},
		{"no file name", "recipe = slapos.recipe.cmmi\nurl = http://h/", `buildout.cfg:5: part x: url: request cannot be used: "" is no file name: give one`, ""},
		{"name is no text", "recipe = slapos.recipe.cmmi\nurl = http://h/x%ff.tar", `buildout.cfg:5: part x: url: the name of the file, "x\xff.tar", is not UTF-8`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := try(t, "[buildout]\nparts = x\n[x]\n"+tt.options)
			wants(t, err, tt.message, tt.hint)
		})
	}
}

func TestMisspeltOptions(t *testing.T) {
	d := makeX(t, cmmiX+"configure-option = --a\nmake-target = b\nversoin = 2\nmy-own = 1\n_private = 2")
	equal(t, "warnings", strings.Join(d.Warnings, "\n"), `buildout.cfg:6: part x: option "configure-option" does nothing here: did you mean "configure-options"?
buildout.cfg:7: part x: option "make-target" does nothing here: did you mean "make-targets"?
buildout.cfg:8: part x: option "versoin" does nothing here: did you mean "version"?`)
}

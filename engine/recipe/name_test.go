package recipe

import (
	"strings"
	"testing"
)

func TestVersionInName(t *testing.T) {
	for file, want := range map[string]string{
		"zlib-1.2.13.tar.gz":              "1.2.13",
		"zlib_1.2.13.dfsg.orig.tar.bz2":   "1.2.13.dfsg",
		"libxml2_2.9.14+dfsg.orig.tar.xz": "2.9.14+dfsg",
		"python3.11_3.11.2.orig.tar.gz":   "3.11.2",
		"Python-3.11.2.tgz":               "3.11.2",
		"openssl-1.1.1w.tar.gz":           "1.1.1w",
		"boost_1_71_0.tar.bz2":            "1_71_0",
		"foo-2023-01-15.tar.zst":          "2023-01-15",
		"bar-1.0~rc1.tar.lz":              "1.0~rc1",
		"x86_64-tools-1.2.tar":            "1.2",
		"v1.2.3.tar.gz":                   "1.2.3",
		"foo-v1.2.3.zip":                  "1.2.3",
		"1.2.3.tar.gz":                    "1.2.3",
		"7zip-22.01.tar.xz":               "22.01",
		"foo-1.2-src.tar.gz":              "1.2",
		"gcc-12.2.0.tar.xz":               "12.2.0",
		"foo.tar.gz":                      "",
		"foo-bar.tar.gz":                  "",
		"foo-.tar.gz":                     "",
		"foo-1-.tar.gz":                   "",
		"node-v18.1.0-linux-x64.tar.xz":   "",
		"foo-1.2":                         "", // no archive: the dot may be anything
		"":                                "",
	} {
		if got := versionInName(file); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestVersionOfPart(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{"url = http://h/x-1.2.tar.gz", "1.2"},
		{"url = http://h/x-1.2.tar.gz#d41d8cd98f00b204e9800998ecf8427e", "1.2"},
		{"url = http://h/x-1.2.tar.gz?y=/z-3.tar.gz", "1.2"},
		{"url = http://h/x%2D1.2.tar.gz", "1.2"},
		{"url = x-1.2.tar.gz\nversion = 7", "7"},
	} {
		equal(t, tt.options, makeX(t, "recipe = slapos.recipe.cmmi\n"+tt.options).Version, tt.want)
	}
}

func TestOutputName(t *testing.T) {
	for _, tt := range []struct{ part, version, want string }{
		{"zlib", "1.2", "zlib-1.2"},
		{"zlib", "", "zlib"},
		{"python3.11", "3.11.2", "python3.11-3.11.2"},
		{"c++lib", "1", "c++lib-1"},
		{"a@b~c", "1", "a_b_c-1"},
		{"x", "1:2.0~rc1", "x-1_2.0_rc1"},
		{"x", "1/../2", "x-1_.._2"},
		{"x", "1.0 beta é", "x-1.0_beta__"},
		{strings.Repeat("x", 118), "1", strings.Repeat("x", 118) + "-1"},
	} {
		m := mustTry(t, "[buildout]\nparts = "+tt.part+"\n["+tt.part+"]\nrecipe = plone.recipe.command\ncommand = true\nversion = "+tt.version)
		equal(t, tt.part, m.drafts[tt.part].Action.Name, tt.want)
	}
}

// A part's name stands in paths of the store and of the project, whatever its
// recipe.
func TestNamesThatAreNoPartOfAPath(t *testing.T) {
	for part, why := range map[string]string{
		"..":                     `"..": not a name for an output: '.' is not allowed there`,
		"../x":                   `"../x": not a name for an output: '.' is not allowed there`,
		"a/b":                    `"a/b": not a name for an output: '/' is not allowed there`,
		".x":                     `".x": not a name for an output: '.' is not allowed there`,
		"-x":                     `"-x": not a name for an output: '-' is not allowed there`,
		"é":                      `"é": not a name for an output: 'é' is not allowed there`,
		strings.Repeat("x", 121): `"xxxxxxxxxxxxxxxxxxxx"...: not a name for an output: it is longer than 120 characters`,
	} {
		for _, recipe := range []string{"plone.recipe.command\ncommand = true", "belljar:perl", "slapos.recipe.cmmi\nurl = x.tar"} {
			_, err := try(t, "[buildout]\nparts = "+part+"\n["+part+"]\nrecipe = "+recipe)
			wants(t, err, "buildout.cfg:3: part "+part+": "+why, "a part's name becomes part of a path: use letters, digits and + - . _")
		}
	}
}

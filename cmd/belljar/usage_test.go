package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// belljar runs a command line that ends before anything is built.
func belljar(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("BELLJAR_STORE", filepath.Join(t.TempDir(), "store"))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	cmd := rootCommand()
	var out, said bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&said)
	cmd.SetArgs(buildoutArgs(args))
	code = report(&said, cmd.ExecuteContext(t.Context()))
	return code, out.String(), said.String()
}

func TestUsageErrors(t *testing.T) {
	const profile = "[buildout]\nparts = zlib\n[zlib]\nrecipe = plone.recipe.command\ncommand = true\n[libxml2]\nrecipe = plone.recipe.command\ncommand = true\n[env]\nA = 1\n"
	const help = "\nbelljar: hint: belljar --help lists commands and options\n"
	tests := []struct {
		name, args string
		want       string
	}{
		{"misspelt command", "biuld", "belljar: error: bad usage: \"biuld\" is neither a command nor a part of buildout.cfg\nbelljar: hint: did you mean \"build\"?" + help},
		{"misspelt command that is not built yet", "pac", "belljar: error: bad usage: \"pac\" is neither a command nor a part of buildout.cfg\nbelljar: hint: did you mean \"pack\"?" + help},
		{"misspelt part", "zlbi", "belljar: error: bad usage: \"zlbi\" is neither a command nor a part of buildout.cfg\nbelljar: hint: did you mean \"zlib\"?" + help},
		{"neither", "quite-something-else", "belljar: error: bad usage: \"quite-something-else\" is neither a command nor a part of buildout.cfg\nbelljar: hint: the parts are: zlib, libxml2" + help},
		{"misspelt part of a command", "build zlib libxml", "belljar: error: bad usage: buildout.cfg has no part \"libxml\"\nbelljar: hint: did you mean \"libxml2\"?" + help},
		{"a command's name is no part", "build lock", "belljar: error: bad usage: buildout.cfg has no part \"lock\"\nbelljar: hint: the parts are: zlib, libxml2" + help},
		{"lock", "lock nothing-like-it", "belljar: error: bad usage: buildout.cfg has no part \"nothing-like-it\"\nbelljar: hint: the parts are: zlib, libxml2" + help},
		{"log", "log zlb", "belljar: error: bad usage: buildout.cfg has no part \"zlb\"\nbelljar: hint: did you mean \"zlib\"?" + help},
		{"run", "run zlb -- true", "belljar: error: bad usage: buildout.cfg has no part \"zlb\"\nbelljar: hint: did you mean \"zlib\"?" + help},
		{"a section that is no part", "env", "command line: [env] is no part: it has no recipe\n"},
		{"unknown flag", "-x", "belljar: error: bad usage: unknown shorthand flag: 'x' in -x" + help},
		{"unknown flag of a command", "build --loked", "belljar: error: bad usage: unknown flag: --loked" + help},
		{"flag without its value", "build -c", "belljar: error: bad usage: flag needs an argument: 'c' in -c" + help},
		{"no number", "-j many", "belljar: error: bad usage: invalid argument \"many\" for \"-j, --jobs\" flag: strconv.ParseInt: parsing \"many\": invalid syntax" + help},
		{"negative number", "-j -1", "belljar: error: bad usage: --jobs -1: there is no negative number of processes" + help},
		{"run without a command", "run zlib", "belljar: error: bad usage: belljar run PART -- COMMAND [ARGUMENT...]" + help},
		{"run without a part", "run -- true", "belljar: error: bad usage: belljar run PART -- COMMAND [ARGUMENT...]" + help},
		{"run of two parts", "run zlib libxml2 -- true", "belljar: error: bad usage: belljar run takes one part, not 2" + help},
		{"log of none", "log", "belljar: error: bad usage: belljar log takes one part, not 0" + help},
		{"diff of one", "diff zlib", "belljar: error: bad usage: belljar diff takes two outputs or folders, not 1" + help},
		{"diff of a misspelt part", "diff zlb ./", "belljar: error: bad usage: buildout.cfg has no part \"zlb\"\nbelljar: hint: did you mean \"zlib\"?" + help},
		{"malformed setting", "a:b:c=1 build", "belljar: error: bad usage: command line: malformed override \"a:b:c=1\"\nbelljar: hint: write section:option=value" + help},
		{"not built yet", "pack --deep", "belljar: error: belljar pack: not built yet\n"},
		{"missing profile", "-c none.cfg", "none.cfg: read \"none.cfg\": no such file or directory\nbelljar: hint: name the profile with -c FILE\n"},
		{"missing profile of a command", "build zlib -c none.cfg", "none.cfg: read \"none.cfg\": no such file or directory\nbelljar: hint: name the profile with -c FILE\n"},
		{"missing profile and misspelt command", "-c none.cfg biuld", "none.cfg: read \"none.cfg\": no such file or directory\nbelljar: hint: \"biuld\" is no command: did you mean \"build\"?\nbelljar: hint: name the profile with -c FILE\n"},
		{"help on nothing", "help biuld", "belljar: error: bad usage: there is no command \"biuld\"\nbelljar: hint: did you mean \"build\"?" + help},
		{"profile", "zlib:recipe=plone.recipe.comand", "command line: part zlib: unknown recipe \"plone.recipe.comand\"\nbelljar: hint: did you mean \"plone.recipe.command\"?\n"},
		{"unknown section of a setting is a new one", "zlbi:command=false zlib:command=", "buildout.cfg:4: part zlib: no command is given\nbelljar: hint: add command = ...\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("buildout.cfg", []byte(profile), 0o644); err != nil {
				t.Fatal(err)
			}
			code, stdout, stderr := belljar(t, strings.Fields(tt.args)...)
			equal(t, "exit code", code, exitUsage)
			equal(t, "stderr", stderr, tt.want)
			equal(t, "stdout", stdout, "")
			for _, made := range []string{"parts", "bin", "belljar.lock"} {
				if _, err := os.Stat(made); err == nil {
					t.Errorf("%s was made", made)
				}
			}
		})
	}
}

func TestMissingProfile(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, stderr := belljar(t)
	equal(t, "exit code", code, exitUsage)
	equal(t, "stderr", stderr, "buildout.cfg: read \"buildout.cfg\": no such file or directory\nbelljar: hint: name the profile with -c FILE\n")
	// What a profile extends is another matter.
	if err := os.WriteFile("buildout.cfg", []byte("[buildout]\nextends = none.cfg"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, stderr = belljar(t)
	equal(t, "stderr", stderr, "buildout.cfg:2: extend \"none.cfg\": no such file or directory\nbelljar: hint: a path is relative to the file that extends it\n")
}

func TestHelp(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"--help": "Exit codes:", "help": "Exit codes:", "help build": "--locked", "build --help": "--locked", "run -h": "belljar run PART -- COMMAND",
	} {
		code, stdout, stderr := belljar(t, strings.Fields(args)...)
		if code != exitDone || stderr != "" || !strings.Contains(stdout, want) {
			t.Errorf("%s: exit code %d, stderr %s, stdout %s", args, code, stderr, stdout)
		}
	}
}

// The help lists every code.
func TestExitCodesAreListed(t *testing.T) {
	for _, want := range []string{"0 done", "1 a build failed", "2 bad usage or profile", "3 findings", "4 a fetch failed or a hash mismatched", "5 this machine cannot sandbox"} {
		if !strings.Contains(exitCodes, want) {
			t.Errorf("%q is not listed", want)
		}
	}
}

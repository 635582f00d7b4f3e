package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/graph"
	"belljar.build/engine/history"
	"belljar.build/engine/store"
	"belljar.build/engine/why"
)

func output(name, part string, built bool) why.Output {
	o := why.Output{StorePath: "/store/" + name, Name: name, Built: built}
	if part != "" {
		o.Parts = []string{part}
	}
	return o
}

func TestPrintAnswer(t *testing.T) {
	a, b, c := output("a-1", "a", true), output("b-1", "", true), output("c-1", "c", false)
	answer := &why.Answer{
		From: a, To: c, Paths: [][]string{{a.StorePath, b.StorePath, c.StorePath}},
		Edges: []why.Edge{
			{
				From: a, To: b, Kinds: []string{"input", "reference"}, More: 3,
				Declared: []why.Place{{File: "x.cfg", Line: 3, Section: "a", Option: "options", Text: "${env:b}"}, {File: "x.cfg", Line: 9, Section: "env", Option: "b", Text: "${b:location}"}},
				Evidence: []why.Evidence{
					{Kind: why.Interpreter, File: "bin/a", Text: "/store/b-1/ld.so"},
					{Kind: why.Needed, File: "bin/a", Library: "libb.so", Entry: "$ORIGIN/../../b-1/lib"},
					{Kind: why.Shebang, File: "bin/s", Text: "#!/store/b-1/bin/sh"},
					{Kind: why.Link, File: "l\x1b[31m", Text: "../b-1"},
					{Kind: why.RunPath, File: "bin/a", Entry: "/store/b-1/lib64"},
					{Kind: why.FileName, File: "b-1"},
					{Kind: why.Text, File: "f", Offset: 7, Text: "see b-1"},
					{Kind: why.Leftover, File: "bin/a", Offset: 9, Text: "/store/b-1/lib"},
				},
			},
			{From: b, To: c, Kinds: []string{"input"}},
			{From: c, To: a, Kinds: []string{"toolchain"}},
		},
	}
	var text strings.Builder
	if err := printAnswer(&text, answer, &whyOptions{}); err != nil {
		t.Fatal(err)
	}
	equal(t, "answer", text.String(), `a -> b-1 -> c

a needs b-1
  declared: x.cfg:3: [a] options: ${env:b}
  by way of: x.cfg:9: [env] b: ${b:location}
  bin/a: its interpreter is /store/b-1/ld.so
  bin/a: needs libb.so, found by RUNPATH entry $ORIGIN/../../b-1/lib
  bin/s: is run by #!/store/b-1/bin/sh
  l�[31m: links to ../b-1
  bin/a: RUNPATH has /store/b-1/lib64, where it finds nothing that it needs
  b-1: is named after it
  f: at byte 7: see b-1
  bin/a: at byte 9, left over from a RUNPATH that it has no more: /store/b-1/lib
  ... and 3 more

b-1 needs c
  declared: its build sees it
  only for its build: none of its files refers to it

c needs a
  its build runs in this toolchain
  not built: what its files refer to is not known
`)
}

func TestPrintNoNeed(t *testing.T) {
	a, c := output("a-1", "a", true), output("c-1", "c", false)
	for want, answer := range map[string]*why.Answer{
		"a does not need c\n": {From: a, To: c},
		"a does not need c, as far as is known: not built: c\n": {From: a, To: c, Unbuilt: []why.Output{c}},
		"a and a are the same output\n":                         {From: a, To: a},
	} {
		var text strings.Builder
		if err := printAnswer(&text, answer, &whyOptions{}); err != nil {
			t.Fatal(err)
		}
		equal(t, "answer", text.String(), want)
	}
}

func TestPrintClosure(t *testing.T) {
	c := graph.Closure{Total: 3000, Unbuilt: 1, Outputs: []graph.Row{
		{StorePath: "/store/x-a-1", Name: "a-1", Parts: []string{"a"}, Version: "1", Built: true, Size: 3000, Closure: 4000},
		{StorePath: "/store/x-tools", Name: "tools"},
	}}
	var table, paths strings.Builder
	if err := printClosure(&table, c); err != nil {
		t.Fatal(err)
	}
	if err := printPaths(&paths, "/mine", c); err != nil {
		t.Fatal(err)
	}
	equal(t, "table", table.String(), `PART       VERSION      SIZE       CLOSURE  STORE PATH
a          1            2.9 KiB    3.9 KiB  /store/x-a-1
tools      -            not built  -        /store/x-tools
2 outputs  1 not built  2.9 KiB
`)
	equal(t, "paths", paths.String(), "/mine/x-a-1\n")
}

func TestPrintHistory(t *testing.T) {
	t.Setenv("TZ", "UTC")
	built := store.Build{Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local), Key: strings.Repeat("ab", 32), Outcome: store.OutcomeBuilt, Manifest: strings.Repeat("cd", 32), Seconds: 1.25, CPU: 2, MaxRSS: 1 << 20}
	failed := store.Build{Started: built.Started, Key: strings.Repeat("12", 32), Outcome: store.OutcomeFailed, Phase: "make"}
	r := &history.Report{Part: "a", Builds: []history.Entry{{Build: failed}, {Build: built, KeyChanged: true, Differs: true}}}
	var text strings.Builder
	if err := printHistory(&text, r); err != nil {
		t.Fatal(err)
	}
	equal(t, "history", text.String(), `STARTED              OUTCOME         SECONDS  CPU  MEMORY   KEY               MANIFEST          NOTE
2026-01-02 03:04:05  failed in make  0.0      0.0  0 B      1212121212121212  -
2026-01-02 03:04:05  built           1.2      2.0  1.0 MiB  abababababababab  cdcdcdcdcdcdcdcd  key changed; differs: the same key, another manifest
`)
}

// A question about outputs alone needs no profile; every other says what is
// missing.
func TestAsk(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, stderr := belljar(t, "why", "nothing", "nobody")
	equal(t, "exit code", code, exitUsage)
	equal(t, "no profile", strings.HasPrefix(stderr, "buildout.cfg: read"), true)
	if err := os.WriteFile("buildout.cfg", []byte("[buildout]\nparts = zlib\n[zlib]\nrecipe = plone.recipe.command\ncommand = true\n[env]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	const help = "belljar: hint: belljar --help lists commands and options\n"
	for args, want := range map[string]string{
		"why zlib":                    "belljar: error: bad usage: belljar why takes two outputs, not 1\n" + help,
		"why zlib zlb":                "belljar: error: bad usage: \"zlb\" names no output, and no part of the profile\nbelljar: hint: did you mean \"zlib\"?\n" + help,
		"why zlib abcdef":             "belljar: error: abcdef: not in the store\n",
		"why zlib env":                "command line: [env] is no part: it has no recipe\n",
		"why --build --run-time a b":  "belljar: error: bad usage: --build and --run-time exclude each other\n" + help,
		"why --evidence 0 a b":        "belljar: error: bad usage: --evidence 0: at least one place is named\n" + help,
		"graph --format png":          "belljar: error: bad usage: --format png: write dot, json or svg\n" + help,
		"graph zlb":                   "belljar: error: bad usage: \"zlb\" names no output, and no part of the profile\nbelljar: hint: did you mean \"zlib\"?\n" + help,
		"closure zlib":                "belljar: error: part zlib: not built as the profile has it now: run belljar build zlib\n",
		"history":                     "belljar: error: bad usage: belljar history takes one part, not 0\n" + help,
		"history zlb":                 "belljar: error: bad usage: buildout.cfg has no part \"zlb\"\nbelljar: hint: did you mean \"zlib\"?\n" + help,
		"closure /var/lib/belljar/xy": "belljar: error: bad usage: \"/var/lib/belljar/xy\" names no output, and no part of the profile\nbelljar: hint: the parts are: zlib\n" + help,
	} {
		code, _, stderr := belljar(t, strings.Fields(args)...)
		equal(t, args, stderr, want)
		equal(t, args+": failed", code != exitDone, true)
	}
	if _, err := os.Stat(filepath.Join("parts")); err == nil {
		t.Error("something was built")
	}
}

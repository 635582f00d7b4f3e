// Package boundaries checks that the path of the data is one way: a package
// imports only what stands before it.
package boundaries

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "belljar.build/"

// may lists, for each package, which of the module's own it may import. A
// package that is not listed here is an error: decide where it stands.
var may = map[string]string{
	"profiles":                    "",
	"seccomp":                     "",
	"rootfs":                      "",
	"rootfs/toolchain":            "profiles",
	"sandbox/observe":             "seccomp",
	"sandbox/view":                "rootfs seccomp",
	"sandbox":                     "rootfs sandbox/observe sandbox/view seccomp",
	"engine/profile":              "",
	"engine/annotate":             "engine/profile",
	"engine/fetch":                "",
	"engine/lock":                 "",
	"engine/manifest/tree":        "",
	"engine/manifest":             "engine/manifest/tree",
	"engine/manifest/interchange": "engine/manifest",
	"engine/diff":                 "engine/manifest engine/manifest/tree",
	"engine/store":                "engine/action engine/manifest engine/manifest/tree rootfs",
	"engine/action":               "",
	"engine/step":                 "engine/action rootfs rootfs/toolchain sandbox",
	"engine/recipe":               "engine/action engine/fetch engine/profile engine/step rootfs rootfs/toolchain",
	"engine/plan":                 "engine/action engine/fetch engine/profile engine/recipe rootfs rootfs/toolchain",
	"engine/vary/locale":          "rootfs",
	"engine/vary":                 "engine/vary/locale rootfs sandbox/view",
	"engine/terminal":             "",
	"engine/jobserver":            "",
	"engine/build":                "engine/action engine/fetch engine/jobserver engine/plan engine/step engine/store engine/terminal engine/vary rootfs sandbox sandbox/view",
	"engine/graph/layered":        "",
	"engine/graph":                "engine/action engine/graph/layered engine/plan engine/store rootfs",
	"engine/history":              "engine/store",
	"engine/why":                  "engine/graph engine/manifest/tree engine/profile engine/store rootfs",
	"engine/audit":                "",
	"engine/audit/object":         "",
	"engine/audit/isa":            "",
	"engine/audit/debian":         "",
	"engine/audit/policy":         "engine/audit engine/profile",
	"engine/audit/static":         "engine/audit engine/audit/object engine/audit/isa engine/manifest/tree rootfs",
	"engine/audit/trace":          "engine/action engine/audit engine/audit/debian rootfs sandbox/observe",
	"engine/audit/inspect":        "engine/action engine/audit engine/audit/policy engine/audit/static engine/build engine/plan engine/store rootfs/toolchain",
	"engine/audit/minimal":        "engine/audit engine/build",
	"engine/audit/report":         "engine/audit engine/graph rootfs",
	"engine/progress":             "engine/build engine/plan",
	"engine/check":                "engine/build engine/diff engine/manifest engine/plan engine/store engine/vary",
	"engine/project":              "engine/audit engine/audit/inspect engine/audit/minimal engine/audit/policy engine/audit/report engine/audit/trace engine/check engine/vary engine/action engine/build engine/diff engine/fetch engine/graph engine/lock engine/plan engine/profile engine/recipe engine/store rootfs rootfs/toolchain sandbox",
	"cmd/belljar":                 "engine/audit engine/audit/minimal engine/audit/report engine/annotate engine/build engine/check engine/diff engine/fetch engine/graph engine/history engine/lock engine/manifest engine/plan engine/profile engine/progress engine/project engine/step engine/store engine/terminal engine/vary engine/why sandbox",
}

// only names the packages that may import what carries no API promise.
var only = map[string]string{
	"github.com/opencontainers/runc":    "sandbox",
	"github.com/opencontainers/cgroups": "sandbox",
	"github.com/containerd/continuity":  "engine/manifest/interchange",
	"github.com/mholt/archives":         "engine/step",
	"github.com/spf13/cobra":            "cmd/belljar",
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		fields := strings.Fields(line)
		check(t, strings.TrimPrefix(fields[0], module), fields[1:])
	}
}

func check(t *testing.T, name string, imports []string) {
	if strings.HasPrefix(name, "tests/") {
		return
	}
	allowed, known := may[name]
	if !known {
		t.Errorf("package %s: say in this test what it may import", name)
	}
	for _, i := range imports {
		if own, ok := strings.CutPrefix(i, module); ok && !slices.Contains(strings.Fields(allowed), own) {
			t.Errorf("%s imports %s, which does not stand before it", name, own)
		}
		for prefix, by := range only {
			if strings.HasPrefix(i, prefix) && name != by {
				t.Errorf("%s imports %s, which belongs to %q alone", name, i, by)
			}
		}
	}
}

package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"belljar.build/engine/audit"
	"belljar.build/engine/profile"
)

// load reads a profile that extends base.cfg.
func load(t *testing.T, text, base string) *profile.Profile {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"buildout.cfg": "[buildout]\nextends = base.cfg\nparts =\n" + text, "base.cfg": base} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := profile.Load("buildout.cfg", profile.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRead(t *testing.T) {
	p := load(t, `
[audit-policy]
glibc = 2.28
build = warning
except +=
  S08 libxml2 bin/*: mine: with a colon
  D02 * *: not for us
except -=
  S10 old *: gone
`, `[audit-policy]
cpu = v2
except =
  S10 old *: of the component

  S09 zlib lib/x: because
`)
	got, err := Read(p, "2.31")
	if err != nil {
		t.Fatal(err)
	}
	want := &audit.Policy{
		Settings: audit.Settings{GLibC: "2.28", CPU: "v2"}, Build: Warn,
		Exceptions: []audit.Exception{
			{Rule: "S09", Part: "zlib", What: "lib/x", Reason: "because", Place: audit.Place{File: "base.cfg", Line: 6}},
			{Rule: "S08", Part: "libxml2", What: "bin/*", Reason: "mine: with a colon", Place: audit.Place{File: "buildout.cfg", Line: 9}},
			{Rule: "D02", Part: "*", What: "*", Reason: "not for us", Place: audit.Place{File: "buildout.cfg", Line: 10}},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestDefault(t *testing.T) {
	got, err := Read(load(t, "", ""), "2.36")
	if err != nil || got.GLibC != "2.36" || got.CPU != "v1" || got.Build != Fail || got.Exceptions != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMistakes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"glibc = 2.99", `base.cfg:2: [audit-policy] glibc: there is no "2.99"`},
		{"cpu = x86", `base.cfg:2: [audit-policy] cpu: there is no "x86"`},
		{"fail = no", `base.cfg:2: unknown option "fail" in [audit-policy]`},
		{"except =\n  S08 libxml2 *", `base.cfg:3: [audit-policy] except: the reason is missing: "S08 libxml2 *"`},
		{"except =\n  S08 libxml2 *: ", `base.cfg:3: [audit-policy] except: the reason is missing: "S08 libxml2 *:"`},
		{"except =\n  S08 libxml2: so", `base.cfg:3: [audit-policy] except: not a rule, a part and what it is about`},
		{"except =\n  S08 libxml2 *: so\n  S08 libxml2 *", `base.cfg:4: [audit-policy] except: the reason is missing`},
		{"except =\n\n  S99 libxml2 *: so", `base.cfg:4: [audit-policy] except: there is no rule "S99"`},
		{"except = S08 libxml2 [: so", `base.cfg:2: [audit-policy] except: bad pattern "["`},
	}
	for _, tt := range tests {
		_, err := Read(load(t, "", "[audit-policy]\n"+tt.text), "2.31")
		var placed *profile.Error
		if !errors.As(err, &placed) || !strings.HasPrefix(err.Error(), tt.want) || placed.Hint == "" {
			t.Errorf("%s\n got  %v\n want %s", filepath.Base(tt.text), err, tt.want)
		}
	}
}

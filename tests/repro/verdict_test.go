package repro

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// verdict is what belljar check --json says of one part, as far as the tests
// want to know.
type verdict struct {
	Part           string
	Reproducible   bool
	Culprits       [][]string
	Nondeterminism string
	Explanation    string
	Failure        string
	Builds         []struct{ Varied []string }
	Changes        []struct {
		Path    string
		Culprit []string
		Likely  string
	}
	Seconds float64
}

// check runs belljar check on one part. The exit code must say the same as the
// verdict.
func check(t *testing.T, part string, args ...string) *verdict {
	t.Helper()
	cmd := belljar(append(append([]string{"check", "--json", "-j4"}, args...), part)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil
	}
	var all struct{ Checks []verdict }
	if err != nil || json.Unmarshal(out, &all) != nil || len(all.Checks) != 1 {
		t.Fatalf("%v: %v\n%s%s", cmd.Args, err, out, said.String())
	}
	v := &all.Checks[0]
	if code := cmd.ProcessState.ExitCode(); (code == 0) != v.Reproducible || v.Part != part {
		t.Errorf("exit code %d, %s reproducible: %v", code, v.Part, v.Reproducible)
	}
	return v
}

// named is the verdict in the words of a part's comment.
func (v *verdict) named() string {
	var all []string
	for _, c := range v.Culprits {
		all = append(all, strings.Join(c, " "))
	}
	if v.Nondeterminism != "" {
		all = append(all, v.Nondeterminism)
	}
	return canonical(all)
}

// ascribed are the paths that differ, by what is said to be the cause.
func (v *verdict) ascribed() map[string][]string {
	paths := map[string][]string{}
	for _, c := range v.Changes {
		culprit := canonical([]string{strings.Join(c.Culprit, " ")})
		paths[culprit] = append(paths[culprit], c.Path)
	}
	return paths
}

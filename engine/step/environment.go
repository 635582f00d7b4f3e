package step

import (
	"fmt"
	"slices"
	"strings"
)

// EnvironmentFile is left in the work folder of a failed build: sourced by a
// shell in the same sandbox, it goes on where the build stopped.
const EnvironmentFile = "belljar-environment.sh"

// keepEnvironment writes it. The build has failed already: what goes wrong
// here goes into the log only.
func (w *worker) keepEnvironment(work string) {
	f, err := createBeneath(work, EnvironmentFile, 0o644)
	if err := write(f, err, environmentScript(w.env, w.dir)); err != nil {
		fmt.Fprintf(w.out, "belljar: keep the environment: %v\n", err)
	}
}

func environmentScript(env []string, dir string) string {
	var b strings.Builder
	for _, v := range slices.Sorted(slices.Values(env)) {
		name, value, _ := strings.Cut(v, "=")
		if isShellName(name) {
			fmt.Fprintf(&b, "export %s=%s\n", name, quote(value))
		}
	}
	fmt.Fprintf(&b, "cd %s\n", quote(dir))
	return b.String()
}

// isShellName leaves out variables that sh cannot set: a.b is one for env(1).
func isShellName(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}

// quote makes one word of sh out of text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

package step

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The script restores what the build had: sh itself is asked.
func TestEnvironmentScript(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's $HOME")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{"B=two\nlines", "A=it's $B `C`", "E=", "1X=no", "a.b=no"}
	cmd := exec.Command("/bin/sh", "-e", "-c", environmentScript(env, dir)+`printf '%s|%s|%s|%s' "$A" "$B" "${E-unset}" "$(pwd)"`)
	cmd.Env = []string{"HOME=/nowhere"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	equal(t, "restored", string(out), "it's $B `C`|two\nlines||"+dir)
	equal(t, "order", strings.SplitN(environmentScript(env, "/x"), "=", 2)[0], "export A")
}

func TestKeepEnvironment(t *testing.T) {
	w, printed := shell(t)
	work := t.TempDir()
	w.keepEnvironment(work)
	text, err := os.ReadFile(filepath.Join(work, EnvironmentFile))
	if err != nil || !bytes.Contains(text, []byte("export PATH='/usr/bin:/bin'")) {
		t.Errorf("%v: %s", err, text)
	}
	w.keepEnvironment(filepath.Join(work, "none"))
	if !strings.HasPrefix(printed(), "belljar: keep the environment: ") {
		t.Errorf("printed %s", printed())
	}
}

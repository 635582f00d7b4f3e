package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// nobody is an ordinary user that every Linux has.
const nobody = 65534

// another prepares a command for somebody else: an ordinary user when the
// tests run as root; another folder, another store, umask 077 and one job in
// any case.
func another(t *testing.T, profile string, args ...string) *exec.Cmd {
	t.Helper()
	home, err := os.MkdirTemp("", "belljar another user ")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(home) })
	if err := os.CopyFS(filepath.Join(home, "some where"), os.DirFS(shared.profiles)); err != nil {
		t.Fatal(err)
	}
	script := `umask 077 && cd "$HOME/some where/examples" && exec "$0" "$@"`
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, belljar(), "-c", profile, "-j1"}, args...)...)
	cmd.Env = environment("HOME=" + home)
	if os.Geteuid() == 0 {
		if err := exec.Command("chown", "-R", "65534:65534", home).Run(); err != nil {
			t.Fatal(err)
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return cmd
}

// example copies the shipped profiles to a folder of the test's own and
// prepares a command there, with the shared store.
func example(t *testing.T, profile string, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shared.profiles)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(belljar(), append([]string{"-c", profile}, args...)...)
	cmd.Dir = filepath.Join(dir, "examples")
	cmd.Env = environment("HOME="+dir, "XDG_CACHE_HOME="+shared.cache, "BELLJAR_STORE="+shared.store)
	return cmd
}

// TestIdentical builds the demo for two users under different circumstances.
// Key, store path and manifest hash of every part must be the same.
func TestIdentical(t *testing.T) {
	first := build(t, example(t, "demo.cfg"))
	second := build(t, another(t, "demo.cfg"))
	for i := range second {
		if second[i].State != "built" {
			t.Errorf("%s was not built anew", second[i].Part)
		}
		first[i].State = second[i].State // the shared store may have had it
	}
	if !slices.Equal(first, second) {
		t.Errorf("the tables differ:\n%+v\n%+v", first, second)
	}
}

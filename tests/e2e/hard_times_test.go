package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// project is a folder with one profile and a store of its own, empty: the
// toolchain is imported into it anew.
func project(t *testing.T, profile string) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "buildout.cfg"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, environment("HOME="+dir, "XDG_CACHE_HOME="+shared.cache, "BELLJAR_STORE="+filepath.Join(dir, "store"))
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}

// sleeper is a part that runs until it is killed; its argument is found in
// /proc.
func sleeper(mark int) string {
	return fmt.Sprintf(`[buildout]
parts = quick slow
[quick]
recipe = plone.recipe.command
command = touch @@LOCATION@@/done
[slow]
recipe = plone.recipe.command
depends = ${quick:location}
seconds = %d
command =
  touch @@LOCATION@@/half
  sleep ${:seconds} &
  sleep ${:seconds}
  wait
`, mark)
}

// TestEnds ends belljar in the middle of a build in every way there is. Its
// children die, nothing unfinished stays, and the next run goes on.
func TestEnds(t *testing.T) {
	for i, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			mark := 700000 + 10*(os.Getpid()%9999) + i
			dir, env := project(t, sleeper(mark))
			cmd := exec.Command(belljar())
			cmd.Dir, cmd.Env = dir, env
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitUntil(t, "the build runs", func() bool { return sleeping(mark) == 2 })
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			err := cmd.Wait()
			waitUntil(t, "the build's processes are gone", func() bool { return sleeping(mark) == 0 })
			if signal != syscall.SIGKILL && (exitCode(err) != 1 || !strings.Contains(said.String(), "interrupted")) {
				t.Errorf("%v\n%s", err, said.String())
			}
			goesOn(t, dir, env)
		})
	}
}

// goesOn runs belljar again with a part that ends, and looks at the store.
func goesOn(t *testing.T, dir string, env []string) {
	t.Helper()
	store := filepath.Join(dir, "store")
	if outputs, _ := filepath.Glob(store + "/*-slow"); len(outputs) > 0 {
		t.Errorf("an unfinished output was published: %v", outputs)
	}
	cmd := exec.Command(belljar(), "slow:seconds=0")
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "slow") || strings.Contains(string(out), "building  quick") {
		t.Errorf("the next run: %v\n%s", err, out)
	}
	if rubbish, _ := filepath.Glob(store + "/.belljar/staging/*"); len(rubbish) > 0 {
		t.Errorf("rubbish in the store: %v", rubbish)
	}
}

func waitUntil(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain until %s", what)
}

// sleeping counts the processes "sleep MARK".
func sleeping(mark int) int {
	n := 0
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		if string(text) == fmt.Sprintf("sleep\x00%d\x00", mark) {
			n++
		}
	}
	return n
}

// unshared runs belljar after a setup script in namespaces of its own.
func unshared(dir string, env []string, flags, setup string) ([]byte, error) {
	cmd := exec.Command("unshare", flags, "/bin/sh", "-ec", setup+`; exec "$0"`, belljar())
	cmd.Dir, cmd.Env = dir, env
	return cmd.CombinedOutput()
}

// TestFullDisk gives belljar a store that fills up.
func TestFullDisk(t *testing.T) {
	for _, size := range []string{"100k", "10m", "100m"} {
		t.Run(size, func(t *testing.T) {
			dir, env := project(t, sleeper(0))
			flags := "-m"
			if os.Geteuid() != 0 {
				flags = "-Urm"
			}
			check := `mkdir store; mount -t tmpfs -o size=` + size + ` none store; "$0" && exit 77 || code=$?;
				echo; ls store; ls store/.belljar/record store/.belljar/staging; exit $code`
			out, err := unshared(dir, env, flags, check)
			if exitCode(err) != 1 || !strings.Contains(string(out), "no space left on device") {
				t.Errorf("%v\n%s", err, out)
			}
			_, listing, _ := strings.Cut(string(out), "\n\n")
			if strings.Contains(listing, "tools-debian") || strings.Contains(listing, "quick") {
				t.Errorf("something was published:\n%s", out)
			}
			if _, err := os.Stat(filepath.Join(dir, "parts")); err == nil {
				t.Error("parts was made")
			}
		})
	}
}

// TestRefusedNamespaces runs belljar where the kernel refuses one kind of
// namespace: it builds nothing, and says which setting to change.
func TestRefusedNamespaces(t *testing.T) {
	for _, kind := range []string{"user", "mnt", "pid", "ipc", "uts", "net", "cgroup", "time"} {
		t.Run(kind, func(t *testing.T) {
			dir, env := project(t, sleeper(0))
			setup := "echo 0 >/proc/sys/user/max_" + kind + "_namespaces"
			out, err := unshared(dir, env, "-Ur", setup)
			if exitCode(err) != 5 || !strings.Contains(string(out), "sysctl -w user.max_"+kind+"_namespaces=") {
				t.Errorf("build: %v\n%s", err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "parts")); err == nil {
				t.Error("parts was made")
			}
			out, err = unshared(dir, env, "-Ur", setup+`; exec "$0" doctor`)
			if exitCode(err) != 5 || !regexp.MustCompile(`MISSING  .*\n.*\n.*sysctl -w user.max_`+kind+`_namespaces=`).Match(out) {
				t.Errorf("doctor: %v\n%s", err, out)
			}
		})
	}
}

// Package e2e drives the real binary on real software. It needs bin/belljar
// (make build) and the toolchain's packages, from BELLJAR_DISTFILES or the
// network; the first test to need the toolchain imports it into a store that
// the whole run shares.
package e2e

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// shared is what all tests of a run use: a store with the toolchain in it, and
// a cache of sources.
var shared struct {
	bin, profiles, store, cache string
}

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "belljar-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer removeAll(dir)
	if err := prepare(dir); err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		return 1
	}
	return m.Run()
}

// prepare copies the binary and the shipped profiles to where every user can
// read them.
func prepare(dir string) error {
	shared.bin, shared.profiles = filepath.Join(dir, "bin"), filepath.Join(dir, "profiles")
	shared.store, shared.cache = filepath.Join(dir, "store"), filepath.Join(dir, "cache")
	if err := os.CopyFS(shared.profiles, os.DirFS("../../profiles")); err != nil {
		return err
	}
	// For the impatient: a store that outlives the run. CI starts from nothing.
	if kept := os.Getenv("BELLJAR_TEST_STORE"); kept != "" {
		shared.store = kept
	}
	data, err := os.ReadFile("../../bin/belljar")
	if err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	if err := os.MkdirAll(shared.bin, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(shared.bin, "belljar"), data, 0o755); err != nil {
		return err
	}
	for _, junk := range []string{"examples/parts", "examples/bin", "examples/belljar.lock"} {
		if err := os.RemoveAll(filepath.Join(shared.profiles, junk)); err != nil {
			return err
		}
	}
	return exec.Command("chmod", "-R", "a+rX", dir).Run()
}

// removeAll also removes what builds left read-only.
func removeAll(dir string) {
	_ = exec.Command("chmod", "-R", "u+rwX", dir).Run()
	_ = os.RemoveAll(dir)
}

func belljar() string { return filepath.Join(shared.bin, "belljar") }

// environment is a user's, with nothing of this test's own in it.
func environment(extra ...string) []string {
	env := []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=de_DE.UTF-8", "TZ=Asia/Tokyo",
		"CC=/nonexistent/cc", "CFLAGS=-march=native", "LD_LIBRARY_PATH=/nonexistent", "PKG_CONFIG_PATH=/usr/lib/pkgconfig",
		"BELLJAR_DISTFILES=" + os.Getenv("BELLJAR_DISTFILES"),
	}
	return append(env, extra...)
}

// row is a line of belljar's table.
type row struct {
	Part, Version, Key, Manifest, State string
	StorePath                           string `json:"store_path"`
}

// build runs belljar build --json and gives its table, which is in the last line.
func build(t *testing.T, cmd *exec.Cmd) []row {
	t.Helper()
	cmd.Args = append(cmd.Args, "--json")
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, said.String())
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var last struct {
		Event string
		Parts []row
	}
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil || last.Event != "done" {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return last.Parts
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(environment(
				"WORK="+e.WorkDir, "HOME="+e.WorkDir, "PROFILES="+shared.profiles,
				"XDG_CACHE_HOME="+shared.cache, "BELLJAR_STORE="+shared.store,
			), "PATH="+shared.bin+":"+os.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "tarball": tarball,
		},
		RequireExplicitExec: true,
	})
}

// exits CODE COMMAND...: runs the command and wants that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if (got == want) == neg {
		ts.Fatalf("%v: exit code %d, want %d", args[1:], got, want)
	}
}

// tarball FILE NAME...: writes a tar file whose members have exactly these
// names, climbing ones too.
func tarball(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	w := tar.NewWriter(f)
	for _, name := range args[1:] {
		ts.Check(w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: 3, Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte("hi\n"))
		ts.Check(err)
	}
	ts.Check(w.Close())
	ts.Check(f.Close())
}

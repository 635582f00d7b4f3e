package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// childEnv makes the test binary play a second process: see children.
const childEnv = "BELLJAR_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childEnv); role != "" {
		if err := children[role](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child starts this binary in a role. It is run through /proc because another
// user may not be able to reach the folder that holds it.
func child(t *testing.T, role string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), childEnv+"="+role)
	cmd.Stderr = os.Stderr
	cmd.Dir = "/"
	return cmd
}

// running is a child that printed its first line and now waits for the end of
// its input.
type running struct {
	cmd   *exec.Cmd
	stdin io.Closer
	said  string
}

func start(t *testing.T, role string, args ...string) *running {
	t.Helper()
	cmd := child(t, role, args...)
	stdin, err := cmd.StdinPipe()
	must(t, err)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	r := &running{cmd: cmd, stdin: stdin}
	t.Cleanup(func() { r.kill() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	must(t, err)
	r.said = strings.TrimSpace(line)
	return r
}

// kill ends the child with no chance to tidy up.
func (r *running) kill() {
	_ = r.cmd.Process.Signal(syscall.SIGKILL)
	_ = r.cmd.Wait()
}

// say prints a line and waits until the parent closes our input.
func say(text string) {
	fmt.Println(text)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// keyOf makes keys whose first 32 characters differ.
func keyOf(n int) string { return fmt.Sprintf("%032x%032x", 0xbe11+n, n) }

func open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "store"))
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func stage(t *testing.T, s *Store, key string) *Staging {
	t.Helper()
	g, err := s.NewStaging(key, "demo-1.0")
	must(t, err)
	t.Cleanup(func() { must(t, g.Discard()) })
	return g
}

// publish makes an output with one file of this content.
func publish(t *testing.T, s *Store, key, content string, candidates ...string) *Record {
	t.Helper()
	g := stage(t, s, key)
	must(t, os.WriteFile(g.Path("out/file"), []byte(content), 0o644))
	r, err := g.Publish(context.Background(), PublishOptions{Action: []byte("{}"), Candidates: candidates})
	must(t, err)
	return r
}

func lookup(t *testing.T, s *Store, key string) bool {
	t.Helper()
	_, ok, err := s.Lookup(key)
	must(t, err)
	return ok
}

// outputs lists what stands in the store besides .belljar.
func outputs(t *testing.T, s *Store) []string {
	t.Helper()
	entries, err := os.ReadDir(s.dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		if e.Name() != ".belljar" {
			names = append(names, e.Name())
		}
	}
	return names
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// LookupFailure finds the record of a key's last build if that failed and
// there is no output.
func (s *Store) LookupFailure(key string) (*Record, bool, error) {
	r, err := s.lookup(key)
	if err != nil || r == nil || !r.Failed {
		return nil, false, err
	}
	return r, true, nil
}

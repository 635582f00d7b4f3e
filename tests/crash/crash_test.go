// Package crash does to a store what machines do: it kills belljar at any
// moment, fills the disk, and lets many belljars at one store at once. Nothing
// that was published may be lost, nothing unfinished may pass for published,
// and the next run must simply go on. It needs bin/belljar (make build) and
// the toolchain's packages, from BELLJAR_DISTFILES or the network.
package crash

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// shared is what all tests of a run use: the binary, and a store that holds
// the toolchain and is copied, not used.
var shared struct{ dir, bin, toolchain string }

// insideVar is set in the processes of this test that run in namespaces of their
// own: the folder that all share.
const insideVar = "BELLJAR_CRASH_INSIDE"

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv(insideVar) != "" { // what is shared comes from outside
		shared.dir, shared.bin, shared.toolchain = os.Getenv(insideVar), os.Getenv(insideVar)+"/belljar", os.Getenv(insideVar)+"/toolchain"
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "belljar-crash-")
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

// prepare copies the binary and imports the toolchain. What a dead belljar
// leaves running becomes this process's child, where it is found.
func prepare(dir string) error {
	shared.dir, shared.bin, shared.toolchain = dir, filepath.Join(dir, "belljar"), filepath.Join(dir, "toolchain")
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())); err != nil {
		return fmt.Errorf("the kernel does not list children (CONFIG_PROC_CHILDREN): %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return err
	}
	data, err := os.ReadFile("../../bin/belljar")
	if err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	if err := os.WriteFile(shared.bin, data, 0o755); err != nil {
		return err
	}
	p := project{dir: filepath.Join(dir, "import"), store: shared.toolchain}
	if err := p.write("[buildout]\nparts = any\n[any]\nrecipe = plone.recipe.command\ncommand = touch @@LOCATION@@/x\n"); err != nil {
		return err
	}
	if out, err := p.belljar().CombinedOutput(); err != nil {
		return fmt.Errorf("import the toolchain: %w\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(p.dir, "parts")); err != nil {
		return err
	}
	return nil
}

// newStore is a store of the test's own with the toolchain in it.
func newStore(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(scratch(t), "store")
	if out, err := exec.Command("cp", "-a", "--reflink=auto", shared.toolchain, dir).CombinedOutput(); err != nil {
		t.Fatalf("copy the toolchain: %v\n%s", err, out)
	}
	return dir
}

// scratch is t.TempDir, but for what builds leave read-only.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(shared.dir, "test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(dir) })
	return dir
}

func removeAll(dir string) {
	_ = exec.Command("chmod", "-R", "u+rwX", dir).Run()
	_ = os.RemoveAll(dir)
}

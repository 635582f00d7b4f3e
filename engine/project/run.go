package project

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"

	"belljar.build/engine/plan"
	"belljar.build/engine/store"
	"belljar.build/rootfs"
	"belljar.build/sandbox"
)

// ErrNotRealised says that a part is not in the store as the profile has it
// now.
var ErrNotRealised = errors.New("not built as the profile has it now")

// Run runs argv with the part's programs first in PATH; to it and all that it
// starts the store is read-only. Where the store's physical and logical paths
// are one and this is root, it replaces this process; elsewhere it waits for a
// process in a mount namespace and returns its *exec.ExitError.
func Run(s *store.Store, g *plan.Graph, part string, argv []string) error {
	n := g.Part(part)
	if _, ok, err := s.Lookup(n.Key); err != nil {
		return err
	} else if !ok {
		return fmt.Errorf("part %s: %w: run belljar build %s", part, ErrNotRealised, part)
	}
	env := sandbox.NativeEnv(n.Location() + "/bin")
	if s.Dir() != rootfs.Logical || os.Geteuid() != 0 {
		return sandbox.Native(s.Dir(), argv, env)
	}
	path, err := lookPath(argv[0], n.Location()+"/bin")
	if err != nil {
		return err
	}
	return sandbox.Exec(path, argv, env)
}

// lookPath finds a command in the part first, then on the machine.
func lookPath(name, bin string) (string, error) {
	if own := filepath.Join(bin, name); filepath.Base(name) == name && unix.Access(own, unix.X_OK) == nil {
		return own, nil
	}
	return exec.LookPath(name)
}

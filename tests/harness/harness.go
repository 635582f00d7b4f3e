// Package harness is where tests that drive the real binary do so: a folder of
// their own with a copy of bin/belljar, which every user can run, and in it a
// store, a cache and a project.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Place is a run's folders.
type Place struct {
	Dir     string // everything below is in it, but for a kept store
	Bin     string // the belljar under test
	Store   string
	Cache   string
	Project string // where commands run
}

// New makes a place for the tests of a package in tests/. The binary must have
// been built (make build). BELLJAR_TEST_STORE names a store that outlives the run.
func New(name string) (_ *Place, err error) {
	dir, err := os.MkdirTemp("", "belljar-"+name+"-")
	if err != nil {
		return nil, err
	}
	p := &Place{Dir: dir, Bin: filepath.Join(dir, "belljar"), Store: filepath.Join(dir, "store"), Cache: filepath.Join(dir, "cache"), Project: filepath.Join(dir, "project")}
	defer func() {
		if err != nil {
			p.Remove()
		}
	}()
	if kept := os.Getenv("BELLJAR_TEST_STORE"); kept != "" {
		p.Store = kept
	}
	data, err := os.ReadFile("../../bin/belljar")
	if err != nil {
		return nil, fmt.Errorf("%w (run make build first)", err)
	}
	if err := os.WriteFile(p.Bin, data, 0o755); err != nil {
		return nil, err
	}
	return p, os.Mkdir(p.Project, 0o755)
}

// Remove also removes what builds left read-only.
func (p *Place) Remove() {
	_ = exec.Command("chmod", "-R", "u+rwX", p.Dir).Run()
	_ = os.RemoveAll(p.Dir)
}

// Belljar prepares a command, as any user would give it.
func (p *Place) Belljar(args ...string) *exec.Cmd {
	cmd := exec.Command(p.Bin, args...)
	cmd.Dir = p.Project
	cmd.Env = []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + p.Dir, "XDG_CACHE_HOME=" + p.Cache,
		"BELLJAR_STORE=" + p.Store, "BELLJAR_DISTFILES=" + os.Getenv("BELLJAR_DISTFILES"),
	}
	return cmd
}

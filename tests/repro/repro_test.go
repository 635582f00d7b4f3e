// Package repro plants causes of builds that are not reproducible, one a part,
// and wants belljar check to name each: causes/ holds them, controls/ parts that
// touch the same things and depend on none, probe/ one that shows all that a
// build can see. Each file is a profile; its comments say what is planted, and
// what is to be named (see cause_test.go).
package repro

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// shared is what the parts of a run use together.
var shared struct {
	dir     string // everything below is in it, but for a kept store
	bin     string // the belljar under test
	store   string
	cache   string
	profile string // that holds all parts
	parts   []*part
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "belljar-repro-")
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

// removeAll also removes what builds left read-only.
func removeAll(dir string) {
	_ = exec.Command("chmod", "-R", "u+rwX", dir).Run()
	_ = os.RemoveAll(dir)
}

// prepare builds all parts once, and with them the toolchain.
func prepare(dir string) (err error) {
	shared.dir, shared.bin, shared.cache = dir, filepath.Join(dir, "belljar"), filepath.Join(dir, "cache")
	shared.store, shared.profile = filepath.Join(dir, "store"), filepath.Join(dir, "project", "buildout.cfg")
	// For the impatient: a store that outlives the run. CI starts from nothing.
	if kept := os.Getenv("BELLJAR_TEST_STORE"); kept != "" {
		shared.store = kept
	}
	if err := copyBinary(shared.bin); err != nil {
		return err
	}
	if shared.parts, err = readParts("causes", "controls", "probe"); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Dir(shared.profile), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(shared.profile, []byte(profile(shared.parts)), 0o644); err != nil {
		return err
	}
	return buildAll()
}

// buildAll makes the outputs to compare with.
func buildAll() error {
	targets := [][]string{}
	for _, p := range shared.parts {
		if p.alone {
			targets = append(targets, []string{p.name})
		}
	}
	for _, parts := range append(targets, nil) {
		cmd := belljar(append([]string{"build", "--keep-going", "-j4"}, parts...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build the parts: %w\n%s", err, out)
		}
	}
	return nil
}

func copyBinary(to string) error {
	data, err := os.ReadFile("../../bin/belljar")
	if err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	return os.WriteFile(to, data, 0o755)
}

// profile holds all parts, and those that they need.
func profile(parts []*part) string {
	var names, texts []string
	for _, p := range parts {
		names, texts = append(names, p.name), append(texts, p.text)
	}
	return "[buildout]\nparts = " + strings.Join(names, " ") + "\n" +
		"[perl]\nrecipe = belljar:perl\n" +
		"[empty]\nrecipe = plone.recipe.command\ncommand = touch @@LOCATION@@/README\n" +
		strings.Join(texts, "")
}

// belljar prepares a command, as any user would give it.
func belljar(args ...string) *exec.Cmd {
	cmd := exec.Command(shared.bin, args...)
	cmd.Dir = filepath.Dir(shared.profile)
	cmd.Env = []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + shared.dir, "XDG_CACHE_HOME=" + shared.cache,
		"BELLJAR_STORE=" + shared.store, "BELLJAR_DISTFILES=" + os.Getenv("BELLJAR_DISTFILES"),
	}
	return cmd
}

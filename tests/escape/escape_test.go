// Package escape tries to get out of the sandbox. Each file of cases/ is a
// small hostile program, or a hostile archive, that the real binary builds as
// a part; the test wants every attempt refused inside and nothing changed
// outside. README.md says what a case looks like and where the ideas come
// from.
package escape

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// shared is what the cases of a run use together.
var shared struct {
	dir     string // everything below is in it, but for a kept store
	bin     string // the belljar under test
	store   string
	cache   string
	nonce   string // one of its kind: no case is ever found built already
	began   time.Time
	outside *outsider
	before  listing // of the store's outputs that no case may touch
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "belljar-escape-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer removeAll(dir)
	if err := prepare(dir); err != nil {
		fmt.Fprintln(os.Stderr, "prepare:", err)
		return 1
	}
	defer shared.outside.close()
	return m.Run()
}

// prepare makes all folders readable and searchable for everybody: what holds
// an attack back must be the sandbox, not a mode of the test's own.
func prepare(dir string) (err error) {
	if err := os.Chmod(dir, 0o755); err != nil {
		return err
	}
	shared.began = time.Now().Add(-time.Second)
	shared.dir, shared.nonce = dir, fmt.Sprintf("%d-%d", os.Getpid(), time.Now().Unix())
	shared.bin, shared.cache = filepath.Join(dir, "belljar"), filepath.Join(dir, "cache")
	shared.store = filepath.Join(dir, "store")
	if kept := os.Getenv("BELLJAR_TEST_STORE"); kept != "" {
		shared.store = kept
	}
	if err := copyBinary(shared.bin); err != nil {
		return err
	}
	if shared.outside, err = newOutsider(filepath.Join(dir, "canary")); err != nil {
		return err
	}
	return importToolchain()
}

func copyBinary(to string) error {
	from := "../../bin/belljar"
	if own := os.Getenv("BELLJAR_TEST_BINARY"); own != "" {
		from = own
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("%w (run make build first)", err)
	}
	return os.WriteFile(to, data, 0o755)
}

// importToolchain builds a neighbour, and with it the toolchain, and remembers
// how they look: every case shares the store with them.
func importToolchain() error {
	dir := filepath.Join(shared.dir, "neighbour")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	profile := "[buildout]\nparts = neighbour\n[neighbour]\nrecipe = plone.recipe.command\n" +
		"command = echo secret >@@LOCATION@@/secret; mkdir @@LOCATION@@/bin\nenvironment = NONCE=" + shared.nonce + "\n"
	if err := os.WriteFile(filepath.Join(dir, "buildout.cfg"), []byte(profile), 0o644); err != nil {
		return err
	}
	cmd := belljar(dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import the toolchain: %w\n%s", err, out)
	}
	var err error
	shared.before, err = listStore(shared.store)
	return err
}

// TestEscape runs the cases, two at a time but for those that want the machine
// to themselves.
func TestEscape(t *testing.T) {
	cases := loadCases(t, "cases/*.txtar")
	watched := watchStaging(shared.store)
	began := time.Now()
	var table table
	t.Run("alone", func(t *testing.T) { runCases(t, cases, &table, true) })
	t.Run("together", func(t *testing.T) { runCases(t, cases, &table, false) })
	for _, complaint := range watched() {
		t.Error(complaint)
	}
	for _, complaint := range checkStore(shared.store, shared.before) {
		t.Error(complaint)
	}
	for _, complaint := range checkOutputs(shared.store) {
		t.Error(complaint)
	}
	t.Log(table.text(time.Since(began)))
}

func runCases(t *testing.T, cases []*attackCase, table *table, alone bool) {
	places := make(chan struct{}, 2)
	for _, c := range cases {
		if c.alone != alone {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if !alone {
				t.Parallel()
				places <- struct{}{}
				defer func() { <-places }()
			}
			table.add(c.run(t))
		})
	}
}

// belljar prepares a command in dir, as any user would give it.
func belljar(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(shared.bin, args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + dir, "XDG_CACHE_HOME=" + shared.cache,
		"BELLJAR_STORE=" + shared.store, "ESCAPE_SECRET=" + secret(), "BELLJAR_DISTFILES=" + os.Getenv("BELLJAR_DISTFILES"),
	}
	return cmd
}

// secret stands in belljar's own environment, and must not come inside.
func secret() string { return "secret-of-the-caller-" + shared.nonce }

// removeAll also removes what builds left read-only.
func removeAll(dir string) {
	_ = exec.Command("chmod", "-R", "u+rwX", dir).Run()
	_ = os.RemoveAll(dir)
}

package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// project is a folder with a profile, and the store that it is built in.
type project struct {
	dir, store string
}

func (p *project) write(profile string) error {
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.dir, "buildout.cfg"), []byte(profile), 0o644)
}

// belljar prepares a command in the project's folder.
func (p *project) belljar(args ...string) *exec.Cmd {
	cmd := exec.Command(shared.bin, args...)
	cmd.Dir = p.dir
	cmd.Env = []string{
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + p.dir, "XDG_CACHE_HOME=" + filepath.Join(shared.dir, "cache"),
		"BELLJAR_STORE=" + p.store, "BELLJAR_DISTFILES=" + os.Getenv("BELLJAR_DISTFILES"),
	}
	return cmd
}

// row is a line of belljar's table, without what differs from run to run.
type row struct {
	Part, Manifest string
	Path           string `json:"store_path"`
}

// base is the output's name in the store.
func (r row) base() string { return filepath.Base(r.Path) }

// table reads what belljar build --json printed: the table is in the last line.
func table(out []byte) ([]row, error) {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var last struct {
		Event string
		Parts []row
	}
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil || last.Event != "done" {
		return nil, fmt.Errorf("read the table: %w: %.2000s", err, out)
	}
	return last.Parts, nil
}

// build is a build that nobody disturbs.
func (p *project) build(args ...string) ([]row, error) {
	cmd := p.belljar(append([]string{"build", "--json"}, args...)...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("belljar build %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return table(out)
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

// must is a command that has to end well.
func (p *project) must(t *testing.T, args ...string) {
	t.Helper()
	if out, err := p.belljar(args...).CombinedOutput(); err != nil {
		t.Fatalf("belljar %v: %v\n%s", args, err, out)
	}
}

// meta is a path beneath the store's own folder.
func meta(store string, elements ...string) string {
	return filepath.Join(append([]string{store, ".belljar"}, elements...)...)
}

// list gives the names in a folder, none if it is not there.
func list(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

package leaks

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// finish plants what no build can make or do, and holds that every leak is there.
func (c *corpus) finish(t *testing.T) {
	t.Helper()
	for _, p := range c.plants {
		for _, command := range p.tamper {
			c.shell(t, p, command)
		}
		if err := c.observe(p); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		for _, command := range p.holds {
			c.shell(t, p, command)
		}
		c.did(t, p)
	}
}

// shell runs a command in the part's output, with the machine's tools.
func (c *corpus) shell(t *testing.T, p *plant, command string) {
	t.Helper()
	cmd := exec.Command("sh", "-ec", command)
	cmd.Dir = c.folder(p.name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: the leak is not there: %s: %v\n%s", p.name, command, err, out)
	}
}

// did looks for what the build must have done, in what was observed.
func (c *corpus) did(t *testing.T, p *plant) {
	t.Helper()
	if len(p.did) == 0 {
		return
	}
	seen := c.run(t, c.Belljar("log", "--observed", p.name))
	for _, line := range p.did {
		if !line.Match(seen) {
			t.Errorf("%s: the build did not do it: nothing observed is like %s", p.name, line)
		}
	}
}

// observe adds to what was observed of the part's build. That the store keeps it as
// lines packed with zstd, under the first 32 characters of the key, is its own
// business: see engine/store/observation.go.
func (c *corpus) observe(p *plant) (err error) {
	if len(p.observed) == 0 {
		return nil
	}
	name := filepath.Join(c.Store, ".belljar", "observed", c.outputs[p.name].Key[:32]+".jsonl.zst")
	packed, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	in, err := zstd.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	defer in.Close()
	lines, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	added := strings.Join(p.observed, "\n") + "\n"
	if bytes.Contains(lines, []byte(added)) {
		return nil // the store was kept from an earlier run
	}
	out, err := zstd.NewWriter(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return os.WriteFile(name, out.EncodeAll(append(lines, added...), nil), 0o644)
}

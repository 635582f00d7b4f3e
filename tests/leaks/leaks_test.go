// Package leaks plants leaks, one a part, and wants belljar audit to find each by
// its rule, and nothing in controls, which come close and leak nothing. Each file of
// corpus/ and controls/ is a profile; its comments say what is planted and what must
// find it (see plant_test.go). oracle/ measures the predictions of leaks on real
// software.
package leaks

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

	"belljar.build/tests/harness"
)

// corpus is what all parts were built into.
type corpus struct {
	*harness.Place
	plants  []*plant
	outputs map[string]output // by part
}

// output is a row of belljar build's table.
type output struct {
	Part, Key string
	StorePath string `json:"store_path"`
}

func (c *corpus) folder(part string) string {
	return filepath.Join(c.Store, filepath.Base(c.outputs[part].StorePath))
}

// common are the parts of common.cfg that the plants are made of: controls as well.
var common = [...]string{"empty", "provider", "inner", "outer", "sectionless", "zip"}

// newCorpus builds everything, observed.
func newCorpus(t *testing.T) *corpus {
	t.Helper()
	place, err := harness.New("leaks")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(place.Remove)
	c := &corpus{Place: place, outputs: map[string]output{}}
	if c.plants, err = readPlants(); err != nil {
		t.Fatal(err)
	}
	if err := c.writeProfile(); err != nil {
		t.Fatal(err)
	}
	c.build(t)
	return c
}

// writeProfile puts all parts into one. The policy is that of glibc 2.28, older than
// the toolchain's, so that something can be too new.
func (c *corpus) writeProfile() error {
	names, texts := common[:], []string{}
	for _, p := range c.plants {
		names, texts = append(names[:len(names):len(names)], p.name), append(texts, p.text)
	}
	shared, err := os.ReadFile("common.cfg")
	if err != nil {
		return err
	}
	text := "[buildout]\nparts = " + strings.Join(names, " ") + "\n\n[audit-policy]\nglibc = 2.28\nbuild = warning\n\n" +
		string(shared) + strings.Join(texts, "")
	return os.WriteFile(filepath.Join(c.Project, "buildout.cfg"), []byte(text), 0o644)
}

func (c *corpus) build(t *testing.T) {
	t.Helper()
	out := c.run(t, c.Belljar("build", "--observe", "--json", "--keep-going", "-j4"))
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var last struct{ Parts []output }
	if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, o := range last.Parts {
		c.outputs[o.Part] = o
	}
}

// run gives what a command prints; it may end with one of the exit codes.
func (c *corpus) run(t *testing.T, cmd *exec.Cmd, codes ...int) []byte {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	for _, code := range codes {
		if errors.As(err, &exit) && exit.ExitCode() == code {
			err = nil
		}
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", fmt.Sprint(cmd.Args), err, said.String())
	}
	return out
}

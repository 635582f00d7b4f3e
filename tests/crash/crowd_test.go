package crash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	crowdSize  = 8  // processes at once
	crowdParts = 60 // of the profile that they all build
)

// crowdProfile is a graph of tiny parts: two in three need others.
func crowdProfile() string {
	var names, sections strings.Builder
	for i := range crowdParts {
		fmt.Fprintf(&names, " p%d", i)
		fmt.Fprintf(&sections, "[p%d]\nrecipe = plone.recipe.command\ncommand = echo %d", i, i)
		if i%3 != 0 {
			fmt.Fprintf(&sections, " ${p%d:location} ${p%d:location}", i/2, i-1)
		}
		sections.WriteString(" >@@LOCATION@@/x\n")
	}
	return "[buildout]\nparts =" + names.String() + "\n" + sections.String()
}

// member is one belljar of the crowd.
type member struct {
	cmd       *exec.Cmd
	out, said bytes.Buffer
}

// crowd starts belljars that all build the same parts in one store, two in each
// project's folder.
func crowd(t *testing.T, store string) []*member {
	t.Helper()
	var all []*member
	for i := range crowdSize {
		p := project{dir: filepath.Join(filepath.Dir(store), fmt.Sprint("project", i/2)), store: store}
		if i%2 == 0 {
			if err := p.write(crowdProfile()); err != nil {
				t.Fatal(err)
			}
		}
		m := &member{cmd: p.belljar("build", "--json", "-j2")}
		m.cmd.Stdout, m.cmd.Stderr = &m.out, &m.said
		all = append(all, m)
	}
	for _, m := range all {
		if err := m.cmd.Start(); err != nil {
			t.Fatal(err)
		}
		started.Store(m.cmd.Process.Pid, true)
	}
	return all
}

// tally is what a crowd said and did.
type tally struct {
	tables  [][]row
	built   map[string]int // by part, by all together
	waited  int
	unnamed int // waits for a process whose name could not be read
}

var (
	builtLine   = regexp.MustCompile(`(?m)^built     (\S+) in `)
	waitingLine = regexp.MustCompile(`(?m)^waiting   \S+ is being built, or open in a shell, by (.*)$`)
)

// count waits for everybody. Who was killed has no table.
func count(t *testing.T, all []*member) *tally {
	t.Helper()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	c := &tally{built: map[string]int{}}
	names := map[string]bool{}
	for _, m := range all {
		names[fmt.Sprintf("process %d on %s", m.cmd.Process.Pid, host)] = true
	}
	for _, m := range all {
		err := m.cmd.Wait()
		started.Delete(m.cmd.Process.Pid)
		c.read(t, m, names)
		if m.cmd.ProcessState.ExitCode() < 0 {
			continue
		}
		rows, tableErr := table(m.out.Bytes())
		if err != nil || tableErr != nil {
			t.Errorf("%v, %v\n%s", err, tableErr, m.said.String())
		}
		c.tables = append(c.tables, rows)
	}
	return c
}

func (c *tally) read(t *testing.T, m *member, names map[string]bool) {
	for _, found := range builtLine.FindAllStringSubmatch(m.said.String(), -1) {
		c.built[found[1]]++
	}
	for _, found := range waitingLine.FindAllStringSubmatch(m.said.String(), -1) {
		switch c.waited++; {
		case found[1] == "another process":
			c.unnamed++
		case !names[found[1]]:
			t.Errorf("it waits for a stranger: %s", found[0])
		}
	}
}

// history counts the builds of a part that the store remembers.
func history(t *testing.T, store, part string) (n int) {
	t.Helper()
	text, _ := os.ReadFile(meta(store, "history", part+".jsonl"))
	for line := range bytes.Lines(text) {
		var b struct{ Outcome string }
		if err := json.Unmarshal(line, &b); err != nil {
			t.Errorf("history of %s: %v: %s", part, err, line)
		}
		if b.Outcome == "built" {
			n++
		}
	}
	return n
}

package escape

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// patience ends a run that an attack made hang.
const patience = 3 * time.Minute

// run attacks, and says for the table what came of it.
func (c *attackCase) run(t *testing.T) row {
	began := time.Now()
	project := c.project(t)
	before, err := list(project, inProject)
	if err != nil {
		t.Fatal(err)
	}
	v := c.attack(t.Context(), project)
	found := append(v.complaints(c.held), before.compare(project, inProject)...)
	for _, complaint := range append(found, c.outside()...) {
		t.Error(complaint)
	}
	if t.Failed() {
		t.Logf("the logs:\n%s", strings.Join(v.lines, "\n"))
	}
	return row{c.name, v.held, time.Since(began), t.Failed()}
}

// attack makes the case's calls of belljar and reads what the parts report.
func (c *attackCase) attack(ctx context.Context, project string) *verdict {
	v := &verdict{}
	for _, r := range c.runs {
		c.invoke(ctx, project, r, v)
	}
	c.readLogs(ctx, project, v)
	if c.meet {
		v.wrong = append(v.wrong, v.apart()...)
	}
	return v
}

// outside looks at everything that an attack must not have reached.
func (c *attackCase) outside() []string {
	found := shared.outside.check()
	found = append(found, checkMarkers(shared.dir, marker())...)
	found = append(found, checkStore(shared.store, shared.before)...)
	return append(found, checkProcesses(c.id())...)
}

// id stands in the environment of every process of the case.
func (c *attackCase) id() string { return "ESCAPE_CASE=" + c.name + "-" + shared.nonce }

// marker is the name of the file that an attack leaves where it got to.
func marker() string { return "belljar-escape-marker-" + shared.nonce }

func (c *attackCase) invoke(ctx context.Context, project string, r invocation, v *verdict) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	said, err := output(ctx, belljar(project, r.args...))
	v.lines = append(v.lines, "belljar "+strings.Join(r.args, " "))
	// Before belljar is called again: it may put a good copy in a bad one's place.
	v.wrong = append(v.wrong, checkCache(shared.cache)...)
	v.read(said) // what `belljar shell` runs prints here
	for _, words := range c.never {
		if words.MatchString(said) {
			v.wrong = append(v.wrong, fmt.Sprintf("belljar %v said %q", r.args, words.FindString(said)))
		}
	}
	if ctx.Err() != nil {
		v.wrong = append(v.wrong, fmt.Sprintf("belljar %v did not end", r.args))
		return
	}
	v.judge(r, said, err)
}

// judge compares how belljar ended with what the case wants.
func (v *verdict) judge(r invocation, said string, err error) {
	switch {
	case r.fails == nil && (err == nil || r.ends):
	case r.fails == nil:
		v.wrong = append(v.wrong, fmt.Sprintf("belljar %v: %v\n%s", r.args, err, said))
	case err == nil:
		v.wrong = append(v.wrong, fmt.Sprintf("belljar %v succeeded, want %q", r.args, r.fails))
	case !r.fails.MatchString(said):
		v.wrong = append(v.wrong, fmt.Sprintf("belljar %v says:\n%s\nwant %q", r.args, said, r.fails))
	default:
		v.held++
	}
}

// readLogs collects what the attack itself reports. A part that belljar
// refused to build has no log.
func (c *attackCase) readLogs(ctx context.Context, project string, v *verdict) {
	for _, part := range c.parts {
		text, err := output(ctx, belljar(project, "log", part))
		if err != nil && !c.refused() {
			v.wrong = append(v.wrong, fmt.Sprintf("the log of %s: %v\n%s", part, err, text))
		}
		v.read(text)
	}
}

// refused says that every call of belljar must fail.
func (c *attackCase) refused() bool {
	return !slices.ContainsFunc(c.runs, func(r invocation) bool { return r.fails == nil && !r.ends })
}

// output runs cmd and gives everything it printed.
func output(ctx context.Context, cmd *exec.Cmd) (string, error) {
	bound := exec.CommandContext(ctx, cmd.Path, cmd.Args[1:]...)
	bound.Dir, bound.Env = cmd.Dir, cmd.Env
	bound.WaitDelay = 5 * time.Second // a left-over process may hold the pipe
	out, err := bound.CombinedOutput()
	if errors.Is(err, exec.ErrWaitDelay) {
		err = fmt.Errorf("a process holds belljar's output open: %w", err)
	}
	return string(out), err
}

// project lays the case out as a user's folder.
func (c *attackCase) project(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(shared.dir, "project", c.name)
	files, err := c.layout()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

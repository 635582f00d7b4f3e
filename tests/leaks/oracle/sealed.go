package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// source is one part of oracle.cfg.
type source struct {
	name, version string
	sha256        string // of the tarball
	options       string // of configure
	before        string // a script between configure and make
	output        string // the sealed build's, a folder
}

// finding is what is of interest of belljar audit's.
type finding struct{ Rule, Severity, Part, Subject string }

// prepare copies the profiles, beside which belljar writes links and a lock, and asks
// for the sources.
func (p *place) prepare(ctx context.Context, only []string) (all []*source, err error) {
	if err := os.RemoveAll(p.project); err != nil {
		return nil, err
	}
	for _, folder := range []string{"profiles/component", "tests/leaks/oracle"} {
		if err := os.CopyFS(filepath.Join(p.project, folder), os.DirFS(folder)); err != nil {
			return nil, err
		}
	}
	names, err := p.query(ctx, "buildout:parts")
	if err != nil {
		return nil, err
	}
	for _, name := range strings.Fields(names) {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		s := &source{name: name}
		for option, to := range map[string]*string{"version": &s.version, "sha256sum": &s.sha256} {
			if *to, err = p.query(ctx, name+":"+option); err != nil {
				return nil, err
			}
		}
		// Not every part has these.
		s.options, _ = p.query(ctx, name+":configure-options")
		s.before, _ = p.query(ctx, name+":pre-build")
		all = append(all, s)
	}
	return all, nil
}

func (p *place) query(ctx context.Context, option string) (string, error) {
	out, err := p.run(ctx, "query", option)
	return strings.TrimSpace(string(out)), err
}

// run runs belljar. Exit code 3, which says that something was found, is no error.
func (p *place) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "nice", append([]string{p.belljar, "-c", p.profile()}, args...)...)
	cmd.Env = append(os.Environ(), "BELLJAR_STORE="+filepath.Join(p.dir, "store"))
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("belljar %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return out, nil
}

// sealed builds the sources by belljar, and gives what the audit finds, by part.
func (p *place) sealed(ctx context.Context, sources []*source) (map[string][]finding, error) {
	args := []string{"audit", "--trace", "--json", "-j1"}
	for _, s := range sources {
		args = append(args, s.name)
	}
	say("sealed builds, and their audit")
	out, err := p.run(ctx, args...)
	if err != nil {
		return nil, err
	}
	var document struct {
		Findings []finding
		Parts    []struct{ Part, Output string }
	}
	if err := json.Unmarshal(out, &document); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(p.dir, "audit.json"), out, 0o644); err != nil {
		return nil, err
	}
	found := map[string][]finding{}
	for _, f := range document.Findings {
		found[f.Part] = append(found[f.Part], f)
	}
	for _, s := range sources {
		for _, part := range document.Parts {
			if part.Part == s.name {
				s.output = filepath.Join(p.dir, "store", part.Output)
			}
		}
	}
	return found, nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "# "+format+"\n", args...) }

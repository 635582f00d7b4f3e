package crash

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// output is how the folders of outputs are named.
var output = regexp.MustCompile(`^[0-9a-f]{32}-`)

// unrecorded lists the trees that no record vouches for, and the records
// without a tree.
func unrecorded(store string) []string {
	var found []string
	recorded := map[string]bool{}
	for _, name := range list(meta(store, "record")) {
		var r struct {
			Path   string
			Failed bool
		}
		text, err := os.ReadFile(meta(store, "record", name))
		if err := errors.Join(err, json.Unmarshal(text, &r)); err != nil {
			found = append(found, fmt.Sprintf("record %s: %v", name, err))
			continue
		}
		if r.Failed {
			continue
		}
		recorded[r.Path] = true
		if _, err := os.Stat(filepath.Join(store, r.Path)); err != nil {
			found = append(found, "record without tree: "+r.Path)
		}
	}
	for _, name := range list(store) {
		switch {
		case name == ".belljar" || recorded[name]:
		case output.MatchString(name):
			found = append(found, "tree without record: "+name)
		default:
			found = append(found, "stray: "+name)
		}
	}
	return found
}

// held lists the lock files that somebody has.
func held(store string) ([]string, error) {
	var found []string
	names, err := filepath.Glob(meta(store, "lock", "*"))
	if err != nil {
		return nil, err
	}
	staging, err := filepath.Glob(meta(store, "staging", "*.lock"))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Concat(names, staging) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
			found = append(found, name)
		}
		if err := f.Close(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// dead looks at the machine and the store when everything of a run was killed.
func dead(store string) error {
	if err := leaked(); err != nil {
		return err
	}
	locks, err := held(store)
	if err != nil {
		return err
	}
	if len(locks) > 0 {
		return fmt.Errorf("locks are held by nobody who lives: %v", locks)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	if strings.Contains(string(mounts), shared.dir+"/test-") {
		return fmt.Errorf("mounts are left:\n%s", mounts)
	}
	return nil
}

// whole wants the parts in the store as the undisturbed run left them, verified
// by belljar, and nothing else there but what has a record.
func (p *project) whole(want []row) error {
	got, err := p.build()
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("the table is\n%v\nwant\n%v", got, want)
	}
	args := []string{"store", "verify"}
	for _, r := range want {
		args = append(args, r.base())
	}
	if out, err := p.belljar(args...).CombinedOutput(); err != nil {
		return fmt.Errorf("verify: %w\n%s", err, out)
	}
	return p.tidy()
}

// tidy wants no rubbish in the store while nobody works in it.
func (p *project) tidy() error {
	if rubbish := append(unrecorded(p.store), list(meta(p.store, "staging"))...); len(rubbish) > 0 {
		return fmt.Errorf("rubbish in the store: %v", rubbish)
	}
	for _, r := range list(filepath.Join(p.dir, "parts")) {
		if _, err := os.Stat(filepath.Join(p.dir, "parts", r)); err != nil {
			return fmt.Errorf("a part's link: %w", err)
		}
	}
	return nil
}

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestGoldenToolchains imports both releases, every output of theirs, and
// compares the manifest hashes with those of other machines. Where they
// differ and nothing else has changed, toolchain.Revision must: the importer
// is part of no key but through that number.
func TestGoldenToolchains(t *testing.T) {
	dir := t.TempDir()
	profile := "[buildout]\nparts = perl gcc-libs c\n[perl]\nrecipe = belljar:perl\n[gcc-libs]\nrecipe = belljar:gcc-libs\n" +
		"[c]\nrecipe = plone.recipe.command\ncommand = gcc --version >@@LOCATION@@/version\n"
	if err := os.WriteFile(filepath.Join(dir, "buildout.cfg"), []byte(profile), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, release := range []string{"debian-11", "debian-12"} {
		cmd := exec.Command(belljar(), "buildout:toolchain="+release)
		cmd.Dir = dir
		cmd.Env = environment("HOME="+dir, "XDG_CACHE_HOME="+shared.cache, "BELLJAR_STORE="+shared.store)
		build(t, cmd)
	}
	golden(t, "testdata/toolchains.golden", manifests(t, `^(base|tools|gcc-libs|perl)-debian-1[12]$`))
}

// manifests lists the outputs of the shared store whose name matches.
func manifests(t *testing.T, pattern string) string {
	t.Helper()
	records, err := filepath.Glob(shared.store + "/.belljar/record/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, name := range records {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var r struct{ Name, Path, Manifest string }
		if err := json.Unmarshal(text, &r); err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(pattern).MatchString(r.Name) {
			lines = append(lines, fmt.Sprintf("%s\t%s\n", r.Manifest, r.Path))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// golden compares text with a file that is kept.
func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("got\n%swant\n%s", text, want)
	}
}

package escape

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// checkOutputs compares the finished outputs of this run with their manifests:
// what a smuggled descriptor wrote after the build was registered shows here.
func checkOutputs(store string) []string {
	var found []string
	records, _ := filepath.Glob(store + "/.belljar/record/*.json")
	for _, name := range records {
		if info, err := os.Stat(name); err != nil || info.ModTime().Before(shared.began) {
			continue
		}
		text, err := os.ReadFile(name)
		var r struct {
			Path, Manifest string
			Failed         bool
		}
		if err != nil || json.Unmarshal(text, &r) != nil || r.Failed {
			continue
		}
		found = append(found, checkOutput(store, r.Path, r.Manifest)...)
	}
	return found
}

func checkOutput(store, output, hash string) []string {
	manifest, err := os.ReadFile(store + "/.belljar/manifest/" + hash)
	if err != nil {
		return []string{err.Error()}
	}
	if got := fmt.Sprintf("%x", sha256.Sum256(manifest)); got != hash {
		return []string{fmt.Sprintf("the manifest of %s has the hash %s, not %s", output, got, hash)}
	}
	var found []string
	lines := strings.Split(strings.TrimSpace(string(manifest)), "\n")
	for _, line := range lines[1:] {
		if complaint := checkEntry(filepath.Join(store, output), strings.Fields(line)); complaint != "" {
			found = append(found, complaint)
		}
	}
	return found
}

// checkEntry compares one file with its line of the manifest. Publishing gives
// every file the same old time; a later write gives it another.
func checkEntry(root string, words []string) string {
	const epoch = 315532800
	name, err := url.PathUnescape(words[0])
	if err != nil {
		return err.Error()
	}
	path := filepath.Join(root, name)
	info, err := os.Lstat(path)
	if err != nil {
		return err.Error()
	}
	if info.ModTime().Unix() != epoch {
		return fmt.Sprintf("%s was changed at %v, after it was published", path, info.ModTime())
	}
	if words[1] != "file" {
		return ""
	}
	data, err := os.ReadFile(path)
	sum := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
	if err != nil || sum != words[4] || bytes.Contains(data, []byte("written after the end")) {
		return fmt.Sprintf("%s: %v: has %s, was published as %s", path, err, sum, words[4])
	}
	return ""
}

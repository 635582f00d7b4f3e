package toolchain

import (
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// parsePins reads a pins file: a line a package with the tab separated fields
// name, version, sha256, size, url, outputs; lines that start with # say
// nothing.
func parsePins(text string) ([]Package, error) {
	var packages []Package
	for i, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		p, err := parsePin(line)
		if err != nil {
			return nil, fmt.Errorf("read line %d: %w: %w", i+1, ErrPins, err)
		}
		// Sorted names make two files comparable and exclude a second pin.
		if n := len(packages); n > 0 && packages[n-1].Name >= p.Name {
			return nil, fmt.Errorf("read line %d: %w: %s is out of order", i+1, ErrPins, p.Name)
		}
		packages = append(packages, p)
	}
	return packages, nil
}

func parsePin(line string) (Package, error) {
	f := strings.Split(line, "\t")
	if len(f) != 6 {
		return Package{}, fmt.Errorf("%d fields instead of 6", len(f))
	}
	p := Package{Name: f[0], Version: f[1], SHA256: f[2], URL: f[4], File: path.Base(f[4]), Outputs: strings.Split(f[5], ",")}
	if p.Name == "" || p.Version == "" {
		return p, fmt.Errorf("no name or no version")
	}
	if sum, err := hex.DecodeString(p.SHA256); err != nil || len(sum) != 32 || strings.ToLower(p.SHA256) != p.SHA256 {
		return p, fmt.Errorf("%q is no sha256", p.SHA256)
	}
	var err error
	if p.Size, err = strconv.ParseInt(f[3], 10, 64); err != nil || p.Size <= 0 {
		return p, fmt.Errorf("%q is no size", f[3])
	}
	if !strings.HasPrefix(p.URL, "mirror://") || !strings.HasSuffix(p.File, ".deb") {
		return p, fmt.Errorf("%q is no address of a package on a mirror", p.URL)
	}
	for _, output := range p.Outputs {
		if !slices.Contains((&Release{}).Outputs(), output) {
			return p, fmt.Errorf("%q: %w", output, ErrUnknownOutput)
		}
	}
	return p, nil
}

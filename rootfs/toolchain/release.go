package toolchain

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"belljar.build/profiles"
)

// The outputs of a release.
const (
	Base    = "base"
	Tools   = "tools"
	GCCLibs = "gcc-libs"
	Perl    = "perl"
)

const (
	// DefaultRelease is the release whose outputs run on every distribution
	// in use.
	DefaultRelease = "debian-11"

	// Prefix is where the sandbox shows the tools output. Its own files and
	// two links of the base name it.
	Prefix = "/tc"

	// Revision counts the changes of this package that give other bytes from
	// the same packages. It belongs into the key of the actions.
	Revision = 3
)

// Release is a toolchain: one version of compiler, glibc and tools that fit
// each other.
type Release struct {
	Name     string    // "debian-11"
	Packages []Package // sorted by name
}

// Package is one pinned Debian package.
type Package struct {
	Name    string   // "libc6"
	Version string   // "2.31-13+deb11u14", with its epoch if there is one
	SHA256  string   // of the .deb file, in lower case hex; it alone decides
	Size    int64    // of the .deb file, in bytes
	URL     string   // "mirror://debian/pool/main/g/glibc/libc6_2.31-13+deb11u14_amd64.deb"
	File    string   // the URL's last element, its name in a sources folder
	Outputs []string // those that are made of it: "tools", "gcc-libs"
}

// Releases names the releases that are shipped.
func Releases() []string {
	entries, err := fs.ReadDir(profiles.FS, "toolchain")
	if err != nil {
		return nil // cannot be: the folder is compiled in
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".tsv"))
	}
	return names
}

// Load reads the pins of a release. An unknown name is ErrUnknownRelease.
func Load(release string) (*Release, error) {
	if !slices.Contains(Releases(), release) {
		return nil, fmt.Errorf("load toolchain %q: %w", release, ErrUnknownRelease)
	}
	text, err := fs.ReadFile(profiles.FS, "toolchain/"+release+".tsv")
	if err != nil {
		return nil, fmt.Errorf("load toolchain %q: %w", release, err)
	}
	packages, err := parsePins(string(text))
	if err != nil {
		return nil, fmt.Errorf("load toolchain %q: %w", release, err)
	}
	return &Release{Name: release, Packages: packages}, nil
}

// Outputs names the outputs of a release, in the order in which they can be
// built.
func (r *Release) Outputs() []string {
	return []string{Base, Tools, GCCLibs, Perl}
}

// Needs names the outputs that the sandbox must show while output is built:
// tools runs its own compiler and patchelf, which need the base.
func (r *Release) Needs(output string) []string {
	if output == Tools {
		return []string{Base}
	}
	return nil
}

// PackagesFor gives the packages that output is made of: all its sources and
// no others, so that a change of one package changes only the outputs that
// hold it.
func (r *Release) PackagesFor(output string) []Package {
	var found []Package
	for _, p := range r.Packages {
		if slices.Contains(p.Outputs, output) {
			found = append(found, p)
		}
	}
	return found
}

// PerlEnv gives the variables, as NAME=VALUE, that a perl output needs when it
// is shown at prefix: Debian's perl has the folders of its modules compiled in
// as absolute paths below /usr.
func (r *Release) PerlEnv(prefix string) []string {
	return []string{"PERL5LIB=" + prefix + "/lib/perl-base:" + prefix + "/lib/perl-modules"}
}

// GLibC is the version of the release's glibc, "2.31": what it builds needs no
// newer one.
func (r *Release) GLibC() string {
	for _, p := range r.Packages {
		if p.Name == "libc6" {
			version, _, _ := strings.Cut(p.Version, "-")
			return version
		}
	}
	return ""
}

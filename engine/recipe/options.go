package recipe

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
	"belljar.build/rootfs"
)

const storePrefix = rootfs.Logical + "/"

func option(p *profile.Part, name, fallback string) string {
	if v := strings.TrimSpace(p.Options[name]); v != "" {
		return v
	}
	return fallback
}

// digests are the checksums that a part's options give for its url.
func digests(p *profile.Part) []fetch.Digest {
	var all []fetch.Digest
	for _, algorithm := range []string{"md5", "sha1", "sha256", "sha384", "sha512"} {
		if hex := strings.TrimSpace(p.Options[algorithm+"sum"]); hex != "" {
			all = append(all, fetch.Digest{Algorithm: algorithm, Hex: strings.ToLower(hex)})
		}
	}
	return all
}

// refuse says of options that hold Python that belljar does not run them.
func refuse(p *profile.Part, names ...string) error {
	for _, name := range names {
		if strings.TrimSpace(p.Options[name]) != "" {
			return optionError(p, name, "write the same as shell commands in pre-configure, pre-build or post-install",
				"%s is a Python hook, which belljar does not run", name)
		}
	}
	return nil
}

// misspelt warns of options that nothing reads and that are one or two
// letters from one that is read. Other unknown options are the profile's own
// variables, as everywhere in Buildout.
func misspelt(p *profile.Part, known []string) []string {
	var warnings []string
	for name := range p.Options {
		if slices.Contains(known, name) || strings.HasPrefix(name, "_") || strings.HasPrefix(name, "<") {
			continue
		}
		if near := profile.Nearest(name, known); near != "" {
			warnings = append(warnings, fmt.Sprintf("%s: part %s: option %q does nothing here: did you mean %q?",
				p.Position(name), p.Name, name, near))
		}
	}
	slices.Sort(warnings)
	return warnings
}

// versionOf is the part's version option, or what the name of its source
// says.
func versionOf(p *profile.Part) string {
	if v := strings.TrimSpace(p.Options["version"]); v != "" {
		return v
	}
	return versionInName(path.Base(p.Options["url"]))
}

func versionInName(file string) string {
	m := regexp.MustCompile(`[-_]v?([0-9][0-9A-Za-z.+~]*?)(\.orig)?\.(tar|tgz|tbz2|txz|zip)\b`).FindStringSubmatch(file)
	if m == nil {
		return ""
	}
	return m[1]
}

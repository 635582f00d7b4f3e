package profile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// rootSection is the section that steers the rest; it is never a part.
const rootSection = "buildout"

// defaultOptions are the [buildout] options that every profile starts with, as
// in Buildout. "directory" is added by the loader: the folder of the root profile;
// "executable" when all is read: Buildout's would be this machine's Python.
func defaultOptions() []assignment {
	table := [...][2]string{
		{"allow-hosts", "*"},
		{"allow-picked-versions", "true"},
		{"allow-unknown-extras", "false"},
		{"bin-directory", "bin"},
		{"develop-eggs-directory", "develop-eggs"},
		{"download-cache", ""},
		{"eggs-directory", "eggs"},
		{"eggs-directory-version", "v5"},
		{"find-links", ""},
		{"install-from-cache", "false"},
		{"installed", ".installed.cfg"},
		{"log-format", ""},
		{"log-level", "INFO"},
		{"newest", "true"},
		{"offline", "false"},
		{"parts-directory", "parts"},
		{"prefer-final", "true"},
		{"python", "buildout"},
		{"show-picked-versions", "false"},
		{"socket-timeout", ""},
		{"update-versions-file", ""},
		{"use-dependency-links", "true"},
		{"versions", "versions"},
	}
	var options []assignment
	for _, row := range table {
		options = append(options, builtIn(row[0], row[1]))
	}
	return options
}

func builtIn(name, text string) assignment {
	return assignment{name: name, Contribution: Contribution{Position: Position{File: BuiltIn}, Op: "=", Text: text}}
}

// absolute makes the folder that a [buildout] option names absolute: a cache,
// which profiles share, is relative to the file that names it and may start
// with ~/; the others are relative to buildout:directory, and that itself to
// the root profile. Values of other options come back unchanged.
func (r *resolver) absolute(option, text string) (string, error) {
	if text == "" {
		return text, nil
	}
	switch option {
	case "directory":
		return joinFolder(r.p.folder, text), nil
	case "bin-directory", "parts-directory", "develop-eggs-directory":
	case "download-cache", "extends-cache", "eggs-directory":
		text = expandHome(text)
		at := last(r.p.sections[rootSection].options[option])
		if folder, ok := r.p.folders[at.File]; ok {
			if isURL(folder) && !filepath.IsAbs(text) {
				return "", r.fail(ErrSyntax, fmt.Sprintf("%s: %q is relative to a profile from the network", option, text), "give an absolute path, or ~/...")
			}
			return joinFolder(folder, text), nil
		}
	default:
		return text, nil
	}
	directory, err := r.evaluate(ref{rootSection, "directory"})
	return joinFolder(directory.text, text), err
}

func joinFolder(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// expandHome replaces a leading ~/; without a home folder the path stays.
func expandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}

package repro

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// part is one file of causes/, controls/ or probe/.
type part struct {
	name    string // that of the file and of the section
	kind    string // "causes", "controls" or "probe"
	text    string
	planted string // the first line of its comment
	// vary is given to belljar check; "# vary: build-path".
	vary string
	// alone: built before all others, with all processes to itself. "# alone"
	alone bool
	// names are the verdicts that are right; "# names: time; user or race"
	// means either both culprits, or a race. None: reproducible.
	names []string
}

func readParts(kinds ...string) ([]*part, error) {
	var parts []*part
	for _, kind := range kinds {
		files, err := filepath.Glob(kind + "/*.cfg")
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("no files in %s: %v", kind, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			p, err := parsePart(kind, strings.TrimSuffix(filepath.Base(file), ".cfg"), string(text))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			parts = append(parts, p)
		}
	}
	return parts, nil
}

func parsePart(kind, name, text string) (*part, error) {
	p := &part{name: name, kind: kind, text: text}
	for line := range strings.Lines(text) {
		words, isComment := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !isComment {
			break
		}
		if names, ok := strings.CutPrefix(words, "names: "); ok {
			for _, one := range strings.Split(names, " or ") {
				p.names = append(p.names, canonical(strings.Split(one, ";")))
			}
		} else if vary, ok := strings.CutPrefix(words, "vary: "); ok {
			p.vary = vary
		} else if words == "alone" {
			p.alone = true
		} else if p.planted == "" {
			p.planted = words
		}
	}
	switch {
	case p.planted == "":
		return nil, fmt.Errorf("no comment says what is planted")
	case (kind == "causes") != (len(p.names) > 0):
		return nil, fmt.Errorf("a cause, and nothing else, says what is to be named")
	case !strings.Contains(text, "\n["+name+"]\n"):
		return nil, fmt.Errorf("no section [%s]", name)
	}
	return p, nil
}

// canonical is one way to write a set of culprits, each a few words:
// "host user; time".
func canonical(culprits []string) string {
	var all []string
	for _, c := range culprits {
		words := strings.Fields(c)
		slices.Sort(words)
		all = append(all, strings.Join(words, " "))
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

package leaks

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// plant is one file of corpus/, or of controls/, which leak nothing. In its first
// lines stand, behind what it is:
//
//	# finds: S03 bin/program     the rule, and words of the finding's file, subject or message
//	# also: S21 D09              rules that cannot but find the same thing
//	# tamper: chmod 4755 bin/x   changes the output in the store: what no build can make
//	# observed: {"process":1...  is added to what was observed: what no build can do
//	# holds: readelf -d ...      tells that the output has the leak, without belljar
//	# did: "path":"[^"]*/libx    a line of what was observed: the build did it
type plant struct {
	name     string // that of the file and of the section
	control  bool
	text     string
	planted  string   // what it is, as one line
	rule     string   // that must find it; "" for a control
	words    string   // that the finding holds
	also     []string // rules
	tamper   []string
	observed []string
	holds    []string
	did      []*regexp.Regexp
}

func readPlants() (all []*plant, err error) {
	for _, folder := range []string{"corpus", "controls"} {
		files, err := filepath.Glob(folder + "/*.cfg")
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("no files in %s: %v", folder, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			p := &plant{name: strings.TrimSuffix(filepath.Base(file), ".cfg"), control: folder == "controls", text: string(text)}
			if err := p.parse(); err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, p)
		}
	}
	return all, nil
}

func (p *plant) parse() error {
	for line := range strings.Lines(p.text) {
		words, isComment := strings.CutPrefix(strings.TrimSpace(line), "# ")
		if !isComment {
			break
		}
		if err := p.comment(words); err != nil {
			return err
		}
	}
	number, _, _ := strings.Cut(p.name, "-")
	switch {
	case p.planted == "":
		return fmt.Errorf("no comment says what is planted")
	case p.control != (p.rule == ""):
		return fmt.Errorf("a plant, and nothing else, says what finds it")
	case !p.control && strings.ToUpper(number) != p.rule:
		return fmt.Errorf("the name is not that of its rule, %s", p.rule)
	case !p.control && p.holds == nil && p.did == nil && p.rule != "D08":
		return fmt.Errorf("nothing shows that the leak is there")
	case !strings.Contains(p.text, "\n["+p.name+"]\n"):
		return fmt.Errorf("no section [%s]", p.name)
	}
	return nil
}

func (p *plant) comment(words string) error {
	key, value, _ := strings.Cut(words, ": ")
	switch key {
	case "finds":
		p.rule, p.words, _ = strings.Cut(value, " ")
	case "also":
		p.also = strings.Fields(value)
	case "tamper":
		p.tamper = append(p.tamper, value)
	case "observed":
		p.observed = append(p.observed, value)
	case "holds":
		p.holds = append(p.holds, value)
	case "did":
		line, err := regexp.Compile(value)
		p.did = append(p.did, line)
		return err
	default:
		p.planted = strings.TrimSpace(p.planted + " " + words)
	}
	return nil
}

// allows tells whether a rule may find something besides the one that must: notes
// always may.
func (p *plant) allows(f *finding) bool {
	return f.Severity == "note" || f.Rule == p.rule || slices.Contains(p.also, f.Rule)
}

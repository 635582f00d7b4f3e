package leaks

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"belljar.build/engine/audit"
)

var update = flag.Bool("update", false, "write the table of README.md anew")

// finding is what the tests want to know of one.
type finding struct {
	Rule, Severity, Part, File, Subject, Message string
}

func (f *finding) String() string {
	return strings.Join(slices.DeleteFunc([]string{f.Rule, f.Severity, f.File, f.Subject, f.Message}, func(s string) bool { return s == "" }), " | ")
}

// TestCorpus builds all plants and controls, and audits them.
func TestCorpus(t *testing.T) {
	start := time.Now()
	c := newCorpus(t)
	c.finish(t)
	built := time.Since(start)
	var document struct{ Findings []finding }
	out := c.run(t, c.Belljar("audit", "--trace", "--json"), 3)
	if err := json.Unmarshal(out, &document); err != nil {
		t.Fatal(err)
	}
	byPart := map[string][]finding{}
	for _, f := range document.Findings {
		byPart[f.Part] = append(byPart[f.Part], f)
	}
	table := &table{}
	for _, p := range c.plants {
		table.add(p, p.judge(t, byPart[p.name]))
	}
	for _, name := range common {
		(&plant{name: name, control: true}).judge(t, byPart[name])
	}
	t.Logf("%s\nbuilt in %.0f s, audited in %.0f s", table, built.Seconds(), (time.Since(start) - built).Seconds())
	table.compare(t)
}

// verdict is how a part's findings compare with what its comments ask for.
type verdict struct {
	found  bool
	beside []string // rules that also found something, but for notes
}

// judge says which findings are missing, and which too many.
func (p *plant) judge(t *testing.T, all []finding) (v verdict) {
	t.Helper()
	for i := range all {
		f := &all[i]
		if f.Rule == p.rule && strings.Contains(f.File+"\n"+f.Subject+"\n"+f.Message, p.words) {
			v.found = true
		} else if !p.allows(f) {
			t.Errorf("%s: found what is not there: %s", p.name, f)
		}
		if f.Severity != "note" && f.Rule != p.rule && !slices.Contains(v.beside, f.Rule) {
			v.beside = append(v.beside, f.Rule)
		}
	}
	if !p.control && !v.found {
		t.Errorf("%s: %s does not find %q: %s\nfound was: %v", p.name, p.rule, p.words, p.planted, all)
	}
	slices.Sort(v.beside)
	return v
}

// TestEveryRule wants a plant for each rule.
func TestEveryRule(t *testing.T) {
	plants, err := readPlants()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range audit.Rules() {
		if !slices.ContainsFunc(plants, func(p *plant) bool { return p.rule == string(r.ID) }) {
			t.Errorf("no plant for %s, %s", r.ID, r.Name)
		}
	}
}

// table is the one in README.md.
type table struct{ rows []string }

func (t *table) add(p *plant, v verdict) {
	finds, found := p.rule, "yes"
	switch {
	case p.control && len(v.beside) == 0:
		finds, found = "nothing", "nothing"
	case p.control:
		finds, found = "nothing", "something"
	case !v.found:
		found = "no"
	}
	planted, beside := strings.ReplaceAll(p.planted, "|", "\\|"), strings.Join(v.beside, " ")
	t.rows = append(t.rows, fmt.Sprintf("| %s | %s | %s | %s | %s |\n", p.name, planted, finds, found, beside))
}

func (t *table) String() string {
	return "| part | planted | must find it | found | found beside |\n|---|---|---|---|---|\n" + strings.Join(t.rows, "")
}

// compare holds the table against README.md's, or writes that.
func (t *table) compare(test *testing.T) {
	const begin, end = "<!-- corpus -->\n", "<!-- end of corpus -->\n"
	text, err := os.ReadFile("README.md")
	if err != nil {
		test.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	written, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		test.Fatalf("README.md has no %q and %q", begin, end)
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(before+begin+t.String()+end+after), 0o644); err != nil {
			test.Fatal(err)
		}
	} else if written != t.String() {
		test.Error("README.md has another table: go test ./tests/leaks -update writes it")
	}
}

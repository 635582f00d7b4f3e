package escape

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// attackCase is one file of cases/.
type attackCase struct {
	name  string
	files []txtar.File
	held  int      // how many attempts must be refused, belljar's own refusals included
	alone bool     // no other case runs meanwhile
	parts []string // whose logs hold the attack's lines
	runs  []invocation
	never []*regexp.Regexp // what belljar must not say to the person at the terminal
	meet  bool             // the parts must run at the same time
}

// invocation is one call of belljar.
type invocation struct {
	args  []string
	fails *regexp.Regexp // what belljar must say; nil: it must succeed
	ends  bool           // it may succeed or fail, and must end
}

func loadCases(t *testing.T, pattern string) []*attackCase {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []*attackCase
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCase(strings.TrimSuffix(filepath.Base(name), ".txtar"), text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		cases = append(cases, c)
	}
	return cases
}

func parseCase(name string, text []byte) (*attackCase, error) {
	archive := txtar.Parse(text)
	c := &attackCase{name: name, files: archive.Files}
	if len(archive.Comment) == 0 {
		return nil, fmt.Errorf("there is no comment that says what it tries")
	}
	for _, f := range archive.Files {
		if f.Name != "expect" {
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
			if err := c.expect(line); err != nil {
				return nil, fmt.Errorf("expect: %q: %w", line, err)
			}
		}
	}
	if c.held == 0 {
		return nil, fmt.Errorf("expect does not say how many attempts are held")
	}
	if len(c.runs) == 0 {
		c.runs = []invocation{{}}
	}
	if len(c.parts) == 0 {
		c.parts = []string{"attack"}
	}
	return c, nil
}

// expect understands one line of the file of that name; README.md lists them.
func (c *attackCase) expect(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "held":
		c.held, err = strconv.Atoi(rest)
	case "alone":
		c.alone = true
	case "parts":
		c.parts = strings.Fields(rest)
	case "meet":
		c.meet = true
	case "never":
		var words *regexp.Regexp
		words, err = regexp.Compile(rest)
		c.never = append(c.never, words)
	case "run":
		var r invocation
		args, words, fails := strings.Cut(" "+rest, " fails ")
		args, r.ends = strings.CutSuffix(args, " ends")
		if r.args = strings.Fields(args); fails {
			r.fails, err = regexp.Compile(words)
		}
		c.runs = append(c.runs, r)
	default:
		err = fmt.Errorf("unknown word")
	}
	return err
}

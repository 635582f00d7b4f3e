package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"belljar.build/engine/audit"
)

// element is one of a parsed page.
type element struct {
	name       string
	attributes map[string]string
	text       string // directly beneath it
}

// elements reads a page as a browser would.
func elements(t *testing.T, text string) []element {
	t.Helper()
	root, err := html.Parse(strings.NewReader(text))
	must(t, err)
	var all []element
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{name: n.Data, attributes: map[string]string{}}
		for _, a := range n.Attr {
			e.attributes[a.Key] = a.Val
		}
		for c := range n.ChildNodes() {
			if c.Type == html.TextNode {
				e.text += c.Data
			}
		}
		all = append(all, e)
	}
	return all
}

// checkPage holds any page against what each has to be: no word of a build acts,
// nothing is loaded, every link leads somewhere, no name is given twice.
func checkPage(t *testing.T, name, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && !unicode.IsPrint(r) {
			t.Errorf("%s has %q", name, r)
			break
		}
	}
	numbers, ids := map[string]int{}, map[string]bool{}
	all := elements(t, text)
	for _, e := range all {
		numbers[e.name]++
		for attribute, value := range e.attributes {
			if strings.HasPrefix(attribute, "on") || attribute == "style" || attribute == "src" || attribute == "srcset" || strings.Contains(value, "://") && attribute != "xmlns" {
				t.Errorf("%s: <%s %s=%q>", name, e.name, attribute, value)
			}
		}
		if id := e.attributes["id"]; id != "" {
			if ids[id] {
				t.Errorf("%s: two elements are %q", name, id)
			}
			ids[id] = true
		}
	}
	for _, e := range all {
		if to, ok := e.attributes["href"]; ok && !ids[strings.TrimPrefix(to, "#")] {
			t.Errorf("%s: a link leads to %q", name, to)
		}
	}
	if numbers["script"] != 1 || numbers["style"] != 1 || numbers["img"]+numbers["link"]+numbers["iframe"]+numbers["object"]+numbers["embed"]+numbers["base"] != 0 {
		t.Errorf("%s has %v", name, numbers)
	}
}

func TestHTML(t *testing.T) {
	for name, d := range map[string]*Document{
		"all": drawn(t, document()), "many": drawn(t, many()), "hostile": drawn(t, hostile()), "clean": drawn(t, &Document{
			Profile: "buildout.cfg", Version: "0.1", Settings: audit.Settings{GLibC: "2.31", CPU: "v1"}, Parts: parts(),
		}), "nothing": {},
	} {
		text := writePage(t, name, d)
		checkPage(t, name, text)
		found := map[string]int{}
		for _, e := range elements(t, text) {
			found[e.attributes["class"]]++
		}
		equal(t, name+": findings", found["finding"], len(d.Findings))
		equal(t, name+": excepted", found["reason"], Count(d.Findings).Excepted)
	}
}

// The style and the script are those that the page's policy lets act.
func TestHTMLPolicy(t *testing.T) {
	var policy string
	for _, e := range elements(t, writePage(t, "few", document())) {
		if e.attributes["http-equiv"] == "Content-Security-Policy" {
			policy = e.attributes["content"]
		}
		if e.name == "style" || e.name == "script" {
			sum := sha256.Sum256([]byte(e.text))
			source := fmt.Sprintf("%s-src 'sha256-%s'", e.name, base64.StdEncoding.EncodeToString(sum[:]))
			if !strings.Contains(policy, source) {
				t.Errorf("%s is not in %q", source, policy)
			}
		}
	}
	equal(t, "nothing else", strings.HasPrefix(policy, "default-src 'none';"), true)
}

func TestElementID(t *testing.T) {
	used := map[string]bool{}
	for _, c := range [][2]string{{"python3.11", "part-python3.11"}, {"a b", "part-a_b"}, {"a/b", "part-a_b_2"}, {"a<b", "part-a_b_3"}, {"a_b_2", "part-a_b_2_2"}} {
		equal(t, c[0], elementID(c[0], used), c[1])
	}
}

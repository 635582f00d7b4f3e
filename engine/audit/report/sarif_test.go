package report

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"belljar.build/engine/audit"
)

// schema is OASIS's for SARIF 2.1.0, formats included.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	in, err := os.Open("testdata/sarif/sarif-schema-2.1.0.json")
	must(t, err)
	defer in.Close()
	doc, err := jsonschema.UnmarshalJSON(in)
	must(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	must(t, c.AddResource(sarifSchema, doc))
	s, err := c.Compile(sarifSchema)
	must(t, err)
	return s
}

func sarif(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	must(t, SARIF(&b, d))
	return b.String()
}

func TestSARIFSchema(t *testing.T) {
	s := schema(t)
	for name, d := range map[string]*Document{"all rules": document(), "hostile": hostile(), "nothing": {}} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(sarif(t, d)))
		must(t, err)
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The schema is held against: what is wrong is found.
	bad := strings.Replace(sarif(t, document()), `"level": "error"`, `"level": "fatal"`, 1)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
	must(t, err)
	if s.Validate(doc) == nil {
		t.Error("a wrong level passes")
	}
}

func TestSARIF(t *testing.T) {
	golden(t, "audit.sarif", sarif(t, document()))
	equal(t, "without a baseline nothing is new", strings.Contains(sarif(t, &Document{Findings: document().Findings}), "baselineState"), false)
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"profiles/a b.cfg":         "profiles/a%20b.cfg",
		"/srv/x#1.cfg":             "file:///srv/x%231.cfg",
		"https://example.org/x?y":  "https://example.org/x?y",
		"lib/a:b":                  "lib/a:b",
		"a:b":                      "./a:b",
		"-/\xff\u202e<script>":     "-/%FF%E2%80%AE%3Cscript%3E",
		"../component/libxml2.cfg": "../component/libxml2.cfg",
	} {
		equal(t, name, fileURI(name), want)
	}
}

// A finding that no profile has a place for is told where its file is.
func TestFindingWithoutPlace(t *testing.T) {
	f := audit.New(audit.BadMode, "share/a.tar.gz!/x.sh", "mode", "is writable for all")
	f.Part, f.Output = "a-1", "0123-a-1"
	l := findingLocation(&f)
	equal(t, "place", l.Physical.Artifact, sarifArtifact{"0123-a-1/share/a.tar.gz", storeBase})
	equal(t, "member", l.Logical[1].Full, "a-1/share/a.tar.gz!/x.sh")
	f.Output = ""
	equal(t, "nowhere", findingLocation(&f).Physical, nil)
}

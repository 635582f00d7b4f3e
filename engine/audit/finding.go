package audit

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Finding is one thing that a rule found. Everything in it that came out of a
// build is hostile text: whoever prints it makes it printable.
type Finding struct {
	Rule     ID       `json:"rule"`
	Severity Severity `json:"severity"`
	Part     string   `json:"part"`   // "libxml2"; the output's name where no profile is known
	Output   string   `json:"output"` // base name in the store
	// File is beneath the output: "bin/xmllint", "share/a.tar.gz!/x.sh" for the
	// member of an archive; "" when the finding is about the part as a whole.
	File string `json:"file,omitempty"`
	// Subject is what it is about: a library, a symbol, a path, a program. With
	// Rule, Part and File it tells findings apart, so it holds no offset, no
	// count and nothing else that changes from build to build.
	Subject string `json:"subject,omitempty"`
	// Message is a sentence without a full stop: "needs libz.so.1, which no
	// declared part has".
	Message string `json:"message"`
	// Evidence is what a person can check.
	Evidence []Evidence `json:"evidence,omitempty"`
	// Fix is what to do: "add dependency zlib, or pass --without-zlib".
	Fix string `json:"fix,omitempty"`
	// Place is where the profile says what is at fault, or the part.
	Place *Place `json:"place,omitempty"`
	// Excepted is why it does not count.
	Excepted *Exception `json:"excepted,omitempty"`
	// Known says that the baseline has it.
	Known bool `json:"known,omitempty"`
}

// Evidence is one thing that shows the finding.
type Evidence struct {
	// Where: "at byte 1570", ".dynamic", "process 7: ld -lz ...", "configure:4123".
	Where string `json:"where"`
	Text  string `json:"text,omitempty"`
}

// Place is a place in a profile.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// MaxEvidence is how much of it one finding lists.
const MaxEvidence = 5

// storeHash finds the key in a store path.
var storeHash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[0-9a-f]{32}-`) })

// Mask takes the keys out of store paths in a text: "/var/…/4a98…-zlib-1.3" is
// another with every change of anything, and names the same thing.
func Mask(text string) string {
	if len(text) < 33 {
		return text
	}
	return storeHash().ReplaceAllString(text, "")
}

// Fingerprint stands for the finding in baselines and in SARIF: the same for
// the same finding of another build.
func (f *Finding) Fingerprint() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{string(f.Rule), f.Part, Mask(f.File), Mask(f.Subject)}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Counts says that the finding is neither excepted nor known.
func (f *Finding) Counts() bool { return f.Excepted == nil && !f.Known }

// Sort brings findings into the order in which they are told: by part, rule,
// file and subject.
func Sort(all []Finding) {
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.File, b.File), cmp.Compare(a.Subject, b.Subject))
	})
}

// Worst is the number of findings that count and are at least so severe.
func Worst(all []Finding, least Severity) (n int) {
	for i := range all {
		if all[i].Counts() && all[i].Severity.AtLeast(least) {
			n++
		}
	}
	return n
}

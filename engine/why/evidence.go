package why

import (
	"cmp"
	"slices"

	"belljar.build/engine/graph"
)

// Kinds of [Evidence], in the order of what they prove.
const (
	Interpreter = "interpreter" // of an ELF program (PT_INTERP)
	Needed      = "needed"      // a library that the loader finds there
	Shebang     = "shebang"     // the first line of a script
	Link        = "link"        // a symbolic link leads there
	RunPath     = "runpath"     // the loader searches there, for nothing that is NEEDED
	FileName    = "name"        // it stands in a file's name
	Leftover    = "leftover"    // among the loader's texts, where it reads none of them
	Text        = "string"      // it stands somewhere in a file
)

func rank(kind string) int {
	return slices.Index([]string{Interpreter, Needed, Shebang, Link, RunPath, FileName, Text, Leftover}, kind)
}

// Evidence is one thing in an output that refers to another output.
type Evidence struct {
	Kind string `json:"kind"`
	File string `json:"file"` // beneath the output: "bin/xsltproc"
	// Library is what is needed: "libz.so.1".
	Library string `json:"library,omitempty"`
	// Entry is the one of the RUNPATH that leads there, as written.
	Entry string `json:"entry,omitempty"`
	// Offset of the reference in the file, for "string" and "leftover".
	Offset int64 `json:"offset,omitempty"`
	// Text around the reference, what can be printed of it; a link's target.
	Text string `json:"text,omitempty"`
}

// maxKept is how much evidence of one edge is kept while looking; the rest is
// only counted.
const maxKept = 2000

// finding collects the evidence of one edge.
type finding struct {
	to    *graph.Node
	all   []Evidence
	total int
}

func (f *finding) add(e Evidence) {
	f.total++
	if len(f.all) < maxKept {
		f.all = append(f.all, e)
	}
}

func (f *finding) list(most int) []Evidence {
	slices.SortStableFunc(f.all, func(a, b Evidence) int {
		return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.File, b.File))
	})
	return append([]Evidence{}, f.all[:min(most, len(f.all))]...)
}

func (f *finding) more(most int) int { return max(0, f.total-most) }

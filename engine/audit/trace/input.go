package trace

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
	"belljar.build/sandbox/observe"
)

// inputs are D08 and D09.
//
// An input is read when something in it was opened, listed or executed by
// anything but belljar's own steps; a question (stat) is no reading, nor is
// readlink, which realpath asks of every folder.
//
// Of an input that is not declared only what a build is made from counts:
// headers, .pc files and the like, libraries that the linker was told to link,
// and programs that were started by the build itself. Libraries that a declared
// program needs to run, or that a linked library needs (the linker reads them
// too), and programs that another part's program starts, came with that part by
// right.
type inputs struct {
	all      []Input
	read     []bool
	indirect []seen
	doubt    bool // the observation is not whole
}

func newInputs(s Subject) *inputs {
	return &inputs{all: s.Inputs, read: make([]bool, len(s.Inputs)), indirect: make([]seen, len(s.Inputs))}
}

// believe is for an observation with a gap: what was not seen proves nothing.
func (n *inputs) believe() { n.doubt = true }

func (n *inputs) started(*process, []string) {}

func (n *inputs) did(e event) {
	if e.at != inInput || !e.found || e.by.number == 0 {
		return
	}
	switch e.op {
	case observe.Open, observe.List, observe.Exec:
	default:
		return
	}
	n.read[e.input] = true
	if n.all[e.input].Declared || !builds(e) {
		return
	}
	if s := &n.indirect[e.input]; s.programs <= maxSubjects {
		s.add(e.by, fileIn(e.path))
	}
}

// fileIn is a path without the store and the key.
func fileIn(file string) string {
	return audit.Mask(strings.TrimPrefix(file, rootfs.Logical+"/"))
}

// builds tells what makes a build depend on a file.
func builds(e event) bool {
	name := path.Base(e.path)
	if e.op == observe.Exec {
		return e.by.parent == nil || !e.by.parent.ofInput
	}
	if e.op != observe.Open {
		return false
	}
	switch path.Ext(name) {
	case ".pc", ".la", ".cmake", ".m4":
		return true
	}
	switch e.by.kind {
	case compiler:
		return isHeader(name) || strings.Contains(e.path, "/include/")
	case linker:
		return isLibrary(name) && e.by.links(name)
	}
	return isHeader(name) || strings.HasPrefix(name, "lib") && strings.HasSuffix(name, ".a")
}

func (n *inputs) unread() []string {
	unread := []string{}
	for i, in := range n.all {
		if in.Declared && !n.read[i] {
			unread = append(unread, in.Path)
		}
	}
	slices.Sort(unread)
	return unread
}

func (n *inputs) findings() (all []audit.Finding) {
	for i, in := range n.all {
		switch {
		// What the output names, as a script does that starts a program of it, is
		// used, though no build has to read it.
		case in.Declared && !n.read[i] && !in.Referenced && !n.doubt:
			f := audit.New(audit.UnreadInput, "", in.Part, fmt.Sprintf("declares %s, and read nothing in it", in.Part))
			f.Evidence = []audit.Evidence{{Where: in.Path, Text: "nothing was opened, listed or executed in it"}}
			f.Fix = "take " + in.Part + " out of what the part names, after belljar audit --minimal has shown that it can go"
			all = append(all, f)
		case !in.Declared && n.indirect[i].programs > 0:
			f := audit.New(audit.IndirectInput, "", in.Part, fmt.Sprintf("read %s, which it does not declare%s", in.Part, through(in.By)))
			f.Evidence = n.indirect[i].evidence
			f.Fix = "add dependency " + in.Part
			all = append(all, f)
		}
	}
	return all
}

func through(by []string) string {
	if len(by) == 0 {
		return ""
	}
	return " and which is there because of " + strings.Join(by, ", ")
}

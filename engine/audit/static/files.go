package static

import (
	"fmt"
	"slices"

	"belljar.build/engine/audit"
)

// What looking into compressed files and archives may cost. What is beyond is
// told in a note, never left out silently.
const (
	maxDepth   = 4         // archives in archives, compression counted
	maxUnpack  = 256 << 20 // bytes that one file may unpack to, all nesting included
	maxOutput  = 2 << 30   // bytes that the files of one output may unpack to
	maxZip     = 64 << 20  // bytes of an archive inside another that is held in memory
	maxWindow  = 64 << 20  // bytes of memory that a compressed stream may ask for
	maxMembers = 1 << 16   // of one archive
	// maxDirectory is how many bytes of a zip archive's list of members are read.
	maxDirectory = 16 << 20
	// memberCost is how many bytes an archive's member counts for besides its
	// own, for the work that it makes.
	memberCost = 1 << 10
)

// fileRun is what the rules about files keep of one output.
type fileRun struct {
	world    *world
	referred map[string]bool   // the output's references, itself among them
	keys     map[string]string // keys of trees that it does not refer to
	traces   []trace
	left     int64 // bytes that may still be unpacked
	windows  []*window
	// What is later than SOURCE_DATE_EPOCH in the tree itself.
	lateCount int
	lateSome  []audit.Evidence
}

func newFileRun(r *run) *fileRun {
	s := &r.subject
	f := &fileRun{world: newWorld(s), referred: map[string]bool{s.Path: true}, keys: map[string]string{}, left: maxOutput, traces: tracesOf(s)}
	for _, name := range s.References {
		f.referred[name] = true
	}
	for _, t := range slices.Concat(s.Visible, s.Others, []Tree{s.Base, s.Tools}) {
		if isTreeName(t.Path) && !f.referred[t.Path] {
			f.keys[t.Path[:keyLength]] = t.Path
		}
	}
	return f
}

// late takes note of an entry whose own time is too late.
func (f *fileRun) late(path string, seconds int64) {
	f.lateCount++
	if len(f.lateSome) < audit.MaxEvidence {
		f.lateSome = append(f.lateSome, audit.Evidence{Where: path, Text: stamp(seconds)})
	}
}

// filesFinish tells what is about the output as a whole.
func (r *run) filesFinish() {
	f := r.files
	if f.lateCount == 0 {
		return
	}
	found := audit.New(audit.Timestamp, "", "mtime", fmt.Sprintf("%d files have modification times later than SOURCE_DATE_EPOCH", f.lateCount))
	found.Evidence = f.lateSome
	found.Fix = "build it again: outputs get their times when they enter the store"
	r.add(found)
}

package diff

import (
	"fmt"

	"belljar.build/engine/manifest"
)

// Report is what differs between two trees. Its JSON is described in
// docs/diff.md.
type Report struct {
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Changed int `json:"changed"`
	// Ignored are the paths that differ only in what [Options.IgnoreStoreHash]
	// treats as equal, sorted.
	Ignored []string `json:"ignored,omitempty"`
	// Changes are in the order of a manifest: the root first, then by path.
	Changes []Change `json:"changes"`
}

// Equal says that nothing differs, or nothing that counts.
func (r *Report) Equal() bool { return len(r.Changes) == 0 }

// Kinds counts for each kind of cause the paths that have one.
func (r *Report) Kinds() map[string]int {
	kinds := map[string]int{}
	for i := range r.Changes {
		seen := map[string]bool{}
		for _, c := range r.Changes[i].Causes {
			if !seen[c.Kind] {
				seen[c.Kind] = true
				kinds[c.Kind]++
			}
		}
	}
	return kinds
}

// Change is one path that differs.
type Change struct {
	Path string              `json:"path"`
	Kind manifest.ChangeKind `json:"kind"` // "added", "removed", "changed"
	// Fields of a changed path: "kind", "mode", "size", "digest", "target".
	Fields []string `json:"fields,omitempty"`
	Before *Entry   `json:"before,omitempty"` // nil if added
	After  *Entry   `json:"after,omitempty"`  // nil if removed
	// Causes say why a changed path differs; never empty, but for a report
	// made with [Options.Shallow].
	Causes []Cause `json:"causes,omitempty"`
}

// Entry is a path as its manifest has it.
type Entry struct {
	Kind   manifest.Kind `json:"kind"`             // "dir", "file", "symlink"
	Mode   string        `json:"mode"`             // four octal digits, e.g. "0755"
	Size   int64         `json:"size"`             // of a file
	Digest string        `json:"digest,omitempty"` // of a file, e.g. "sha256:..."
	Target string        `json:"target,omitempty"` // of a symbolic link
}

func newEntry(e *manifest.Entry) *Entry {
	if e == nil {
		return nil
	}
	return &Entry{e.Kind, fmt.Sprintf("%04o", e.Mode), e.Size, e.Digest, e.Target}
}

// The kinds of cause.
const (
	CauseKind        = "kind"           // a file became a folder, ...
	CauseMode        = "mode"           // permission bits, of a path or of an archive's member
	CauseTarget      = "target"         // of a symbolic link
	CauseText        = "text"           // lines of text; Detail is a unified difference
	CauseOrder       = "order"          // the same lines or members, in another order
	CauseBytes       = "bytes"          // anything else; Detail has the first difference as a hex dump
	CauseFormat      = "format"         // the two sides are not of one format
	CauseUnread      = "unread"         // why belljar did not look further into a file
	CauseTimestamp   = "timestamp"      // a time in a header, or text that looks like one
	CauseStorePath   = "store-path"     // base names of outputs that only one side has in it
	CauseBuildID     = "build-id"       // GNU build id
	CauseELFHeader   = "elf-header"     // machine, type, flags
	CauseELFSegment  = "elf-segment"    // kinds and permissions of the program headers
	CauseELFSection  = "elf-section"    // content, size or presence of a section
	CauseInterpreter = "interpreter"    // the dynamic linker's path
	CauseNeeded      = "needed"         // DT_NEEDED
	CauseSoname      = "soname"         // DT_SONAME
	CauseRunpath     = "runpath"        // DT_RUNPATH and DT_RPATH
	CauseDynamic     = "dynamic-flags"  // DT_FLAGS and DT_FLAGS_1
	CauseSymbol      = "dynamic-symbol" // dynamic symbols that only one side has
	CauseMember      = "archive-member" // a member that only one side has
	CauseOwner       = "owner"          // of an archive's member
	CauseHeader      = "archive-header" // any other field of an archive's member or of a compressed file
	CauseCompression = "compression"    // the same content, compressed differently
	CausePython      = "python"         // magic, flags, hash or size in a .pyc file's header
	CausePythonCode  = "python-code"    // a .pyc file's code
)

// Cause is one reason why a path differs.
type Cause struct {
	Kind string `json:"kind"` // one of the Cause constants
	// Where in the file it is: members of archives, separated by "!/", then a
	// section; e.g. "zutil.o .rodata". "" for the file itself.
	Where string `json:"where,omitempty"`
	// Offset in that file, member or section, of the first difference or, of a
	// timestamp, of its text on the first side; e.g. "0x120". "" for causes
	// that are not about bytes.
	Offset string `json:"offset,omitempty"`
	// Detail says more: one line, or, where the constant says so, several of
	// which those of one side only start with "-" or "+".
	Detail string `json:"detail,omitempty"`
	Before string `json:"before,omitempty"` // the value on the first side
	After  string `json:"after,omitempty"`  // the value on the second
}

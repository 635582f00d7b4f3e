// Package static looks at finished outputs: what the loader, the kernel, a
// compiler or a person would read of their files, held against what their builds
// declared.
//
// Outputs come from builds and are hostile: they are reached beneath one open
// root, read in pieces of bounded size, and whatever they say is only reported.
// Nothing of them is ever run.
package static

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"belljar.build/engine/audit"
	"belljar.build/engine/manifest/tree"
)

// Tree is an output's place.
type Tree struct {
	Path string // base name in the store, "4a98...-zlib-1.2.13"
	Part string // "zlib"; "" when no profile names it
	Dir  string // the physical folder
}

// Subject is one output to look at.
type Subject struct {
	Tree
	// Visible are the declared inputs and all that those refer to: what the
	// build could see, and what may be there at run time.
	Visible []Tree
	// References are the base names that the reference scan found, its own
	// included.
	References []string
	// Base and Tools are the toolchain's outputs: what the sandbox shows at /
	// (glibc) and at /tc. Empty Dirs: there is none.
	Base, Tools Tree
	// Others are further outputs that could be declared: a missing library is
	// looked for in them, to say who has it.
	Others []Tree
	// Epoch is SOURCE_DATE_EPOCH, seconds since 1970.
	Epoch int64
	// Started is when the build began, seconds since 1970, 0 if that is not
	// known: what is older than that it cannot have written.
	Started int64
	// Host, User and Kernel are this machine's, to be found in the bytes; ""
	// for those that are not looked for, such as a user named build.
	Host, User, Kernel string
	// Source is the folder name that /build was mapped to by the compiler:
	// "/usr/src/zlib-1.2.13"
	Source string
}

// Auditor looks at outputs of one plan. What it learns of one it keeps for
// those that use it. It is not for several goroutines.
type Auditor struct {
	settings audit.Settings
	elf      elfMemory
}

// New is an auditor with these settings.
func New(s audit.Settings) *Auditor { return &Auditor{settings: s} }

// Audit looks at one output. The findings have no Place, which only who knows the
// profile can tell.
func (a *Auditor) Audit(ctx context.Context, s Subject) (_ []audit.Finding, err error) {
	root, err := tree.OpenRoot(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", s.Path, err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	r := &run{Auditor: a, subject: s, root: root, seen: map[uint64]bool{}}
	r.files = newFileRun(r)
	defer func() { err = errors.Join(err, r.files.world.close()) }()
	err = root.Walk(func(e *tree.Entry) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return r.visit(e)
	})
	if err == nil {
		r.filesFinish()
		err = r.elfFinish(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("audit %s: %w", s.Path, err)
	}
	for i := range r.findings {
		r.findings[i].Part, r.findings[i].Output = s.Part, s.Path
	}
	audit.Sort(r.findings)
	return r.findings, nil
}

// run is the audit of one output.
type run struct {
	*Auditor
	subject  Subject
	root     *tree.Root
	seen     map[uint64]bool // inodes with several names
	findings []audit.Finding
	elfRun   elfRun
	files    *fileRun
}

func (r *run) add(f audit.Finding) { r.findings = append(r.findings, f) }

// visit looks at one entry.
func (r *run) visit(e *tree.Entry) error {
	r.mode(e)
	switch e.Type() {
	case unix.S_IFLNK:
		target, err := e.Readlink()
		if err != nil {
			return err
		}
		return r.link(e.Path, target)
	case unix.S_IFREG:
		if e.Stat.Nlink > 1 && r.seen[e.Stat.Ino] {
			return nil
		}
		r.seen[e.Stat.Ino] = true
		return r.regular(e)
	}
	return nil
}

// file is a regular file that is being looked at.
type file struct {
	path string // beneath the output
	mode uint32 // permission bits
	size int64
	in   *os.File
	head []byte // its first bytes, up to 512
	// told are the folders of builds that a finding of S08 or S25 names already.
	told []string
}

// regular looks at a file's content.
func (r *run) regular(e *tree.Entry) (err error) {
	in, err := r.root.OpenFile(e.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	f := &file{path: e.Path, mode: e.Perm(), size: e.Stat.Size, in: in, head: make([]byte, 512)}
	n, _ := in.ReadAt(f.head, 0)
	f.head = f.head[:n]
	if string(f.head[:min(n, 4)]) == "\x7fELF" {
		if err := r.elfFile(f); err != nil {
			return err
		}
	} else if err := r.text(f); err != nil {
		return err
	}
	return r.bytes(f)
}

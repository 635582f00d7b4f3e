// Package interchange writes manifests in formats that other programs read.
// None of them is what a manifest hash is taken of: see engine/manifest.
//
// It is a package of its own, and the only one that imports
// containerd/continuity, because protobuf's start-up work (about a millisecond)
// would otherwise be paid at every start of every sandbox.
package interchange

import (
	"fmt"
	"io/fs"

	"github.com/containerd/continuity"
	"github.com/opencontainers/go-digest"

	"belljar.build/engine/manifest"
)

// Continuity encodes m as a containerd/continuity manifest: owner 0:0, no
// extended attributes, every hard link a file of its own. As in continuity's own
// manifests, paths start with "/" and the root folder is no resource. A path or
// target that is not UTF-8 is an error, since protobuf cannot hold it.
func Continuity(m *manifest.Manifest) ([]byte, error) {
	out := &continuity.Manifest{}
	for i := range m.Entries {
		if e := &m.Entries[i]; e.Path != "." {
			out.Resources = append(out.Resources, newResource(e))
		}
	}
	data, err := continuity.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("encode continuity manifest: %w", err)
	}
	return data, nil
}

func newResource(e *manifest.Entry) continuity.Resource {
	switch e.Kind {
	case manifest.Dir:
		return directory{resource{e}}
	case manifest.Symlink:
		return symlink{resource{e}}
	}
	return file{resource{e}}
}

// resource and the three kinds below are entries as continuity wants to see
// them; it tells the kinds apart by their methods.
type resource struct{ e *manifest.Entry }

func (r resource) Path() string              { return "/" + r.e.Path }
func (r resource) Mode() fs.FileMode         { return r.e.FileMode() }
func (r resource) UID() int64                { return 0 }
func (r resource) GID() int64                { return 0 }
func (r resource) XAttrs() map[string][]byte { return nil }

type directory struct{ resource }

func (directory) Directory() {}

type symlink struct{ resource }

func (s symlink) Target() string { return s.e.Target }

type file struct{ resource }

func (f file) Paths() []string          { return []string{f.Path()} }
func (f file) Size() int64              { return f.e.Size }
func (f file) Digests() []digest.Digest { return []digest.Digest{digest.Digest(f.e.Digest)} }

package manifest

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
)

// Kind is what an entry is; the value is the word the encoding uses.
type Kind string

// The kinds of entry; nothing else fits into a manifest.
const (
	Dir     Kind = "dir"
	File    Kind = "file"
	Symlink Kind = "symlink"
)

// Entry describes one path of a tree.
type Entry struct {
	Path   string // relative, separated by "/", e.g. "bin/sh"; "." is the root folder
	Kind   Kind
	Mode   uint32 // as chmod takes it, with setuid, setgid, sticky, e.g. 0o755; always 0o777 for a symbolic link
	Size   int64  // bytes; files only
	Digest string // of the content, "sha256:" and 64 hex digits; files only
	Target string // as readlink gives it; symbolic links only
}

// FileMode is the entry's mode and kind in Go's terms.
func (e *Entry) FileMode() fs.FileMode {
	mode := fs.FileMode(e.Mode & 0o777)
	for _, bit := range []struct {
		unix uint32
		mode fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if e.Mode&bit.unix != 0 {
			mode |= bit.mode
		}
	}
	switch e.Kind {
	case Dir:
		mode |= fs.ModeDir
	case Symlink:
		mode |= fs.ModeSymlink
	}
	return mode
}

// Manifest is a whole tree: the root folder first, then every other entry
// sorted by the bytes of its path.
type Manifest struct {
	Entries []Entry
}

// Hash is the manifest hash, 64 hex digits: the SHA-256 of the encoding. It
// fails with ErrInvalid as Encode does.
func (m *Manifest) Hash() (string, error) {
	data, err := m.Encode()
	if err != nil {
		return "", err
	}
	return Sum(data), nil
}

// Sum is the manifest hash of an encoded manifest.
func Sum(encoded []byte) string {
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// Size is the sum of all file sizes, in bytes. Hard-linked files count once
// for every name.
func (m *Manifest) Size() int64 {
	var total int64
	for i := range m.Entries {
		total += m.Entries[i].Size
	}
	return total
}

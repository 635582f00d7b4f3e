package manifest

import (
	"fmt"
	"path"
	"strings"
)

// check says whether the entries are a tree in canonical order. It is the one
// definition of validity, for Encode and Decode alike.
func (m *Manifest) check() error {
	if len(m.Entries) == 0 || m.Entries[0].Path != "." {
		return fmt.Errorf("%w: the first entry is not the root folder", ErrInvalid)
	}
	if m.Entries[0].Kind != Dir {
		return fmt.Errorf("%w: the root is not a folder", ErrInvalid)
	}
	folders := map[string]bool{}
	for i := range m.Entries {
		e := &m.Entries[i]
		if err := e.check(); err != nil {
			return fmt.Errorf("%w: %q: %w", ErrInvalid, e.Path, err)
		}
		if i > 0 {
			if i > 1 && e.Path <= m.Entries[i-1].Path {
				return fmt.Errorf("%w: %q is out of order or there twice", ErrInvalid, e.Path)
			}
			if !folders[path.Dir(e.Path)] {
				return fmt.Errorf("%w: %q lies in no folder of the manifest", ErrInvalid, e.Path)
			}
			if err := checkPath(e.Path); err != nil {
				return fmt.Errorf("%w: %q: %w", ErrInvalid, e.Path, err)
			}
		}
		if e.Kind == Dir {
			folders[e.Path] = true
		}
	}
	return nil
}

func checkPath(p string) error {
	if strings.IndexByte(p, 0) >= 0 {
		return fmt.Errorf("path holds a NUL byte")
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("path is absolute or not in its shortest form")
		}
	}
	return nil
}

// check looks at all but the path.
func (e *Entry) check() error {
	if e.Mode > 0o7777 {
		return fmt.Errorf("mode %o has unknown bits", e.Mode)
	}
	if e.Kind != File && (e.Size != 0 || e.Digest != "") {
		return fmt.Errorf("a %s has no size and no digest", e.Kind)
	}
	if e.Kind != Symlink && e.Target != "" {
		return fmt.Errorf("a %s has no target", e.Kind)
	}
	switch e.Kind {
	case Dir:
		return nil
	case File:
		return e.checkFile()
	case Symlink:
		if e.Target == "" || strings.IndexByte(e.Target, 0) >= 0 || e.Mode != 0o777 {
			return fmt.Errorf("a symbolic link needs a target without NUL bytes and mode 0777")
		}
		return nil
	}
	return fmt.Errorf("unknown kind %q", string(e.Kind))
}

func (e *Entry) checkFile() error {
	if e.Size < 0 {
		return fmt.Errorf("size %d is negative", e.Size)
	}
	hex, ok := strings.CutPrefix(e.Digest, "sha256:")
	if !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return fmt.Errorf("digest %q is not sha256: and 64 lower-case hex digits", e.Digest)
	}
	return nil
}

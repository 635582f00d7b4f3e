package diff

import (
	"errors"
	"fmt"
	"slices"

	"belljar.build/engine/manifest"
)

// change turns what two manifests say of a path into the report's words. It is
// nil when what differs is to be ignored.
func (c *comparison) change(m *manifest.Change) (*Change, error) {
	out := &Change{Path: m.Path, Kind: m.Kind, Fields: m.Fields, Before: newEntry(m.Before), After: newEntry(m.After)}
	if m.Kind != manifest.Changed || c.options.Shallow && !c.options.IgnoreStoreHash {
		return out, nil
	}
	l := c.looker()
	if m.Before.Kind != m.After.Kind {
		l.add(Cause{Kind: CauseKind, Before: describe(m.Before), After: describe(m.After)})
	} else {
		if slices.Contains(m.Fields, "mode") {
			l.add(Cause{Kind: CauseMode, Before: out.Before.Mode, After: out.After.Mode})
		}
		if slices.Contains(m.Fields, "target") {
			l.target(m.Before.Target, m.After.Target)
		}
		if slices.Contains(m.Fields, "digest") {
			if err := c.file(l, m.Path); err != nil {
				return nil, err
			}
		}
	}
	if out.Causes = l.finish(); len(out.Causes) == 0 {
		return nil, nil
	}
	if c.options.Shallow {
		out.Causes = nil
	}
	return out, nil
}

func describe(e *manifest.Entry) string {
	switch e.Kind {
	case manifest.Symlink:
		return fmt.Sprintf("symlink to %s", e.Target)
	case manifest.File:
		return fmt.Sprintf("file of %d bytes", e.Size)
	}
	return string(e.Kind)
}

// target compares where two symbolic links lead.
func (l *looker) target(before, after string) {
	a, b := []byte(before), []byte(after)
	if l.mask(a, b) && string(a) == string(b) {
		l.masked = true
		return
	}
	l.add(Cause{Kind: CauseTarget, Before: before, After: after})
	l.storePaths("", a, b)
}

// file looks into a file that differs.
func (c *comparison) file(l *looker, path string) (err error) {
	var files [2]*content
	for i, s := range c.sides {
		f, err := s.open(path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		files[i] = f
	}
	if files[0].size > maxFile || files[1].size > maxFile {
		return l.stream(c.ctx, files[0], files[1])
	}
	var data [2][]byte
	for i, f := range files {
		if data[i], err = f.read(); err != nil {
			return err
		}
	}
	if string(data[0]) == string(data[1]) {
		return fmt.Errorf("read %q: %w: the manifests say that it differs", path, manifest.ErrChanged)
	}
	l.content("", path, data[0], data[1], 0)
	return nil
}

package diff

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"

	"belljar.build/engine/manifest"
	"belljar.build/engine/manifest/tree"
)

// Tree is one of the two that are compared.
type Tree struct {
	// Dir is the folder, no link to one, e.g. "/var/lib/belljar/store/<key>-zlib-1.3.1".
	Dir string
	// Manifest is the folder's; nil means that it is read and hashed.
	Manifest *manifest.Manifest
	// Name is the base name that the tree has, or had, in the store, e.g.
	// "<key>-zlib-1.3.1". Default: Dir's base name if that is one.
	Name string
}

// Options for [Trees]; the zero value is a full report.
type Options struct {
	// IgnoreStoreHash treats each tree's own hash, where it stands in its
	// files and links, as equal to the other's. What is compressed is
	// unpacked first; build ids that differ for that reason alone are equal
	// too.
	IgnoreStoreHash bool
	// Shallow leaves the causes out.
	Shallow bool
}

// Trees compares two trees. It fails when one of them cannot be read, or
// changes meanwhile; a file that is malformed is no failure.
func Trees(ctx context.Context, a, b Tree, o Options) (_ *Report, err error) {
	c := &comparison{ctx: ctx, options: o, dates: datePattern()}
	for i, t := range []Tree{a, b} {
		if c.sides[i], err = open(ctx, t); err != nil {
			return nil, fmt.Errorf("compare trees: %w", errors.Join(err, c.close()))
		}
	}
	r, err := c.run()
	if err := errors.Join(err, c.close()); err != nil {
		return nil, fmt.Errorf("compare trees: %w", err)
	}
	return r, nil
}

// side is one tree, open.
type side struct {
	dir      string
	root     *tree.Root
	manifest *manifest.Manifest
	hash     string // its own in the store; "" if it has none
}

func open(ctx context.Context, t Tree) (*side, error) {
	root, err := tree.OpenRoot(t.Dir)
	if err != nil {
		return nil, err
	}
	s := &side{dir: t.Dir, root: root, manifest: t.Manifest}
	for _, name := range []string{t.Name, filepath.Base(t.Dir)} {
		if s.hash == "" && isStoreName(name) {
			s.hash = name[:hashLength]
		}
	}
	if s.manifest == nil {
		if s.manifest, err = manifest.Build(ctx, t.Dir, manifest.Options{}); err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return s, nil
}

// comparison is one call of [Trees].
type comparison struct {
	ctx     context.Context
	options Options
	dates   *regexp.Regexp
	sides   [2]*side
}

func (c *comparison) close() (err error) {
	for _, s := range c.sides {
		if s != nil {
			err = errors.Join(err, s.root.Close())
		}
	}
	return err
}

func (c *comparison) run() (*Report, error) {
	r := &Report{Changes: []Change{}}
	for _, m := range manifest.Compare(c.sides[0].manifest, c.sides[1].manifest) {
		if err := c.ctx.Err(); err != nil {
			return nil, err
		}
		change, err := c.change(&m)
		if err != nil {
			return nil, err
		}
		if change == nil {
			r.Ignored = append(r.Ignored, m.Path)
			continue
		}
		r.add(change)
	}
	return r, nil
}

func (r *Report) add(c *Change) {
	switch c.Kind {
	case manifest.Added:
		r.Added++
	case manifest.Removed:
		r.Removed++
	default:
		r.Changed++
	}
	r.Changes = append(r.Changes, *c)
}

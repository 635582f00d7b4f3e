package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"belljar.build/engine/manifest/tree"
)

// GCOptions say what to keep besides the roots and what they refer to. Each
// filter that is set keeps more.
type GCOptions struct {
	// DryRun only says what would go.
	DryRun bool
	// OlderThan keeps what was built or used in this last time.
	OlderThan time.Duration
	// KeepLast keeps the newest so many builds of each part.
	KeepLast int
	// MaxSize stops deleting when all outputs together take no more bytes,
	// least recently used first; 0 deletes everything that may go.
	MaxSize int64
	// KeepInputs keeps everything that kept outputs were built with, not only
	// the toolchain.
	KeepInputs bool
	// Now is the time to reckon from. Default: the present.
	Now time.Time
	// Deleted is called for everything that went, or would.
	Deleted func(Dead)
}

// Dead is one thing that goes.
type Dead struct {
	// Path is the base name of an output, or a path beneath .belljar.
	Path string    `json:"path"`
	What string    `json:"what"` // "output", "failed build", "unrecorded tree", "leftover"
	Size int64     `json:"size"` // bytes of an output's files; else 0
	Used time.Time `json:"used"` // last
}

// GCResult sums up.
type GCResult struct {
	Deleted  int   `json:"deleted"`   // outputs
	Freed    int64 `json:"freed"`     // bytes of their files
	Kept     int   `json:"kept"`      // outputs
	KeptSize int64 `json:"kept_size"` // bytes
}

// GC deletes the outputs that nothing needs: no root, no running process, no
// filter of o. Builds may run meanwhile. It also clears away what failed
// builds, deleted outputs and killed processes left.
//
// An output is made absent (its record goes, its tree is moved aside) while no
// process can name it; the slow part, deleting trees, holds nobody up.
func (s *Store) GC(ctx context.Context, o GCOptions) (*GCResult, error) {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.Deleted == nil {
		o.Deleted = func(Dead) {}
	}
	c := &collection{store: s, options: o}
	if err := c.condemn(); err != nil {
		return nil, fmt.Errorf("collect garbage: %w", err)
	}
	result := &GCResult{}
	for _, d := range c.outputs {
		if d.dead {
			result.Deleted++
			result.Freed += d.record.Size
		} else {
			result.Kept++
			result.KeptSize += d.record.Size
		}
	}
	if o.DryRun {
		return result, nil
	}
	if err := c.bury(ctx); err != nil {
		return result, fmt.Errorf("collect garbage: %w", err)
	}
	return result, nil
}

// collection is one run of the collector.
type collection struct {
	store   *Store
	options GCOptions
	outputs map[string]*candidate // by base name
	rooted  map[string]bool       // base names, there or not
	moved   []string              // trees set aside, to be deleted
}

// candidate is a finished output.
type candidate struct {
	record *Record
	used   time.Time
	dead   bool
}

// condemn decides and makes absent, while it alone holds the collector's lock.
func (c *collection) condemn() (err error) {
	guard, err := c.store.lockCollector()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Unlock()) }()
	if err := c.load(); err != nil {
		return err
	}
	if err := c.choose(); err != nil {
		return err
	}
	for _, d := range c.inOrder() {
		if !d.dead {
			continue
		}
		if err := c.remove(d); err != nil {
			return err
		}
	}
	return c.removeRest()
}

// load reads all records.
func (c *collection) load() error {
	records, err := c.store.Records()
	if err != nil {
		return err
	}
	c.outputs = map[string]*candidate{}
	for _, r := range records {
		used := r.Started
		if info, err := os.Stat(c.store.meta("record", r.Key[:hashLength]+".json")); err == nil {
			used = info.ModTime()
		}
		c.outputs[r.Path] = &candidate{record: r, used: used, dead: true}
	}
	return nil
}

// inOrder lists the outputs, least recently used first.
func (c *collection) inOrder() []*candidate {
	var all []*candidate
	for _, d := range c.outputs {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *candidate) int {
		if n := a.used.Compare(b.used); n != 0 {
			return n
		}
		return strings.Compare(a.record.Path, b.record.Path)
	})
	return all
}

// remove makes one output absent. The record goes first: a kill in between
// leaves a tree that vouches for nothing.
func (c *collection) remove(d *candidate) error {
	c.options.Deleted(Dead{Path: d.record.Path, What: "output", Size: d.record.Size, Used: d.used})
	if c.options.DryRun {
		return nil
	}
	short := d.record.Key[:hashLength]
	if err := os.Remove(c.store.meta("record", short+".json")); err != nil {
		return err
	}
	return c.setAside(filepath.Join(c.store.dir, d.record.Path))
}

// setAside moves a tree into this process's folder, from where it is deleted
// even if this process is killed. On a full disk, where it has none, the tree
// is deleted at once.
func (c *collection) setAside(path string) error {
	if c.store.own == "" {
		return tree.Remove(path)
	}
	to := filepath.Join(c.store.own, fmt.Sprintf("dead-%d", len(c.moved)))
	err := os.Rename(path, to)
	if os.IsPermission(err) { // moving a folder takes the right to write it
		if err = os.Chmod(path, 0o755); err == nil {
			err = os.Rename(path, to)
		}
	}
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	c.moved = append(c.moved, to)
	return nil
}

// bury deletes what was set aside.
func (c *collection) bury(ctx context.Context) error {
	for _, path := range c.moved {
		if err := context.Cause(ctx); err != nil {
			return err // the rest goes with this process's folder
		}
		if err := tree.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

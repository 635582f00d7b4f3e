package store

import (
	"encoding/json"
	"os"
	"slices"

	"belljar.build/engine/action"
)

// choose marks what lives: everything else is dead.
func (c *collection) choose() error {
	roots, err := c.store.roots(!c.options.DryRun)
	if err != nil {
		return err
	}
	if c.rooted, err = c.store.protected(); err != nil {
		return err
	}
	for _, r := range roots {
		c.rooted[r.Path] = true
	}
	for path := range c.rooted {
		c.keep(path)
	}
	c.keepYoung()
	c.keepLast()
	c.keepUnderSize()
	return nil
}

// keep marks an output, what it refers to, and what its next build needs.
func (c *collection) keep(path string) {
	todo := []string{path}
	for len(todo) > 0 {
		d := c.outputs[todo[len(todo)-1]]
		todo = todo[:len(todo)-1]
		if d == nil || !d.dead {
			continue
		}
		d.dead = false
		todo = append(append(todo, d.record.References...), c.builtWith(d.record)...)
	}
}

// builtWith are the inputs that stay with an output: its toolchain, without
// which nothing can be built again, or all.
func (c *collection) builtWith(r *Record) []string {
	var a action.Action
	text, err := os.ReadFile(c.store.meta("action", r.Key[:hashLength]+".json"))
	if err != nil || json.Unmarshal(text, &a) != nil {
		return nil // [Store.Verify] tells of it
	}
	var paths []string
	if a.Toolchain != nil {
		paths = append(paths, a.Toolchain.Base.Path)
		if a.Toolchain.Tools != nil {
			paths = append(paths, a.Toolchain.Tools.Path)
		}
	}
	if c.options.KeepInputs {
		for _, i := range a.Inputs {
			paths = append(paths, i.Path)
		}
	}
	return paths
}

func (c *collection) keepYoung() {
	if c.options.OlderThan <= 0 {
		return
	}
	for path, d := range c.outputs {
		if c.options.Now.Sub(d.used) < c.options.OlderThan {
			c.keep(path)
		}
	}
}

// keepLast keeps the newest builds of each part; of what is no part, of each
// name.
func (c *collection) keepLast() {
	if c.options.KeepLast <= 0 {
		return
	}
	newest := slices.Backward(c.inOrder())
	seen := map[string]int{}
	for _, d := range newest {
		name := d.record.Part
		if name == "" {
			name = d.record.Name
		}
		if seen[name]++; seen[name] <= c.options.KeepLast {
			c.keep(d.record.Path)
		}
	}
}

// keepUnderSize keeps the most recently used of the dead, as many as fit. One
// that fits only without what it refers to does not.
func (c *collection) keepUnderSize() {
	if c.options.MaxSize <= 0 {
		return
	}
	size := int64(0)
	for _, d := range c.outputs {
		if !d.dead {
			size += d.record.Size
		}
	}
	for _, d := range slices.Backward(c.inOrder()) {
		if !d.dead {
			continue
		}
		added := c.deadClosure(d)
		total := int64(0)
		for _, a := range added {
			total += a.record.Size
		}
		if size+total > c.options.MaxSize {
			continue
		}
		size += total
		for _, a := range added {
			a.dead = false
		}
	}
}

// deadClosure is d and everything dead that keeping it would keep.
func (c *collection) deadClosure(d *candidate) []*candidate {
	seen := map[*candidate]bool{}
	todo, all := []*candidate{d}, []*candidate(nil)
	for len(todo) > 0 {
		d := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if d == nil || !d.dead || seen[d] {
			continue
		}
		seen[d] = true
		all = append(all, d)
		for _, p := range append(slices.Clone(d.record.References), c.builtWith(d.record)...) {
			todo = append(todo, c.outputs[p])
		}
	}
	return all
}

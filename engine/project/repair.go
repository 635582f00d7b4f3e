package project

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// Repaired is what became of one damage.
type Repaired struct {
	Path string `json:"path"`
	// Done is "rebuilt", "mended", "dropped" or "left".
	Done string `json:"done"`
	// Why says more, of what was dropped or left.
	Why string `json:"why,omitempty"`
}

// repairer sorts damage by what can be done about it.
type repairer struct {
	store   *store.Store
	graph   *plan.Graph
	drop    bool
	done    []Repaired
	rebuild map[string]bool // keys
	paths   map[string]string
}

// Repair mends what Verify found: what can be had without a build, and by
// building again what the graph has. An output that then has another manifest
// hash than the recorded one is not accepted: its damaged tree stays, and the
// error is a [build.Failures]. What has no record vouches for nothing and
// goes. What no part of the graph is stays, or, with drop, goes.
func (p *Project) Repair(ctx context.Context, s *store.Store, g *plan.Graph, damage []store.Damage, drop bool, o build.Options) ([]Repaired, error) {
	r := &repairer{store: s, graph: g, drop: drop, rebuild: map[string]bool{}, paths: map[string]string{}}
	for _, d := range worst(damage) {
		if err := r.sort(ctx, d); err != nil {
			return r.done, err
		}
	}
	if len(r.rebuild) == 0 {
		return r.done, nil
	}
	o.Store, o.Repair = s, r.rebuild
	results, err := p.Build(ctx, g, o)
	for n, result := range results {
		if path, ok := r.paths[n.Key]; ok && !result.Reused {
			r.done = append(r.done, Repaired{Path: path, Done: "rebuilt"})
		}
	}
	slices.SortFunc(r.done, func(a, b Repaired) int { return strings.Compare(a.Path, b.Path) })
	return r.done, err
}

// worst leaves one damage of each output: the one that takes most to repair.
func worst(damage []store.Damage) []store.Damage {
	weight := func(d store.Damage) int {
		return slices.Index([]string{store.DamageAction, store.DamageManifest, store.DamageChanged, store.DamageMissing}, d.Kind)
	}
	sorted := slices.Clone(damage)
	slices.SortStableFunc(sorted, func(a, b store.Damage) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), weight(b)-weight(a))
	})
	return slices.CompactFunc(sorted, func(a, b store.Damage) bool { return a.Path == b.Path })
}

func (r *repairer) add(d store.Damage, done, why string) {
	r.done = append(r.done, Repaired{Path: d.Path, Done: done, Why: why})
}

// sort does at once what needs no build.
func (r *repairer) sort(ctx context.Context, d store.Damage) error {
	n := r.node(d)
	switch d.Kind {
	case store.DamageStray:
		r.add(d, "left", "belljar did not put it there: remove it yourself")
		return nil
	case store.DamageRecord, store.DamageUnrecorded:
		if err := r.store.Drop(shortOf(d)); err != nil {
			return err
		}
		r.add(d, "dropped", "nothing vouches for it")
		if n != nil {
			r.later(n)
		}
		return nil
	}
	mended, err := r.mend(ctx, d, n)
	switch {
	case err != nil:
		return err
	case mended:
		r.add(d, "mended", "")
	case n != nil:
		r.later(n)
	case r.drop:
		if err := r.store.Drop(shortOf(d)); err != nil {
			return err
		}
		r.add(d, "dropped", "no part of this profile: it counts as never built")
	default:
		r.add(d, "left", "no part of this profile is built to it: repair it with the profile that does, or --drop it")
	}
	return nil
}

func (r *repairer) mend(ctx context.Context, d store.Damage, n *plan.Node) (bool, error) {
	var action []byte
	if n != nil {
		text, err := n.Action.Encode()
		if err != nil {
			return false, err
		}
		action = text
	}
	return r.store.Mend(ctx, d, action)
}

func (r *repairer) later(n *plan.Node) {
	r.rebuild[n.Key], r.paths[n.Key] = true, n.Path
}

// node is the one of the graph that the damage is about.
func (r *repairer) node(d store.Damage) *plan.Node {
	if r.graph == nil {
		return nil
	}
	for _, n := range r.graph.Nodes {
		if strings.HasPrefix(n.Key, shortOf(d)) {
			return n
		}
	}
	return nil
}

// shortOf is the first 32 characters of the key that the damage is about.
func shortOf(d store.Damage) string {
	name := d.Path[strings.LastIndexByte(d.Path, '/')+1:]
	return name[:min(len(name), 32)]
}

// Verify examines the outputs that words name, all of the store without any.
// g may be nil.
func Verify(ctx context.Context, s *store.Store, g *plan.Graph, words []string, o store.VerifyOptions) ([]store.Damage, error) {
	for _, word := range words {
		r, err := Output(s, g, word)
		if err != nil {
			return nil, err
		}
		o.Paths = append(o.Paths, r.Path)
	}
	return s.Verify(ctx, o)
}

// Package plan turns a profile into a graph of actions: its parts in install
// order, each with its key and store path, and the toolchain's outputs before
// them. It reads no source and starts nothing: given the same profile and the
// same source hashes it gives the same graph on every machine.
package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/action"
	"belljar.build/engine/fetch"
	"belljar.build/engine/profile"
	"belljar.build/engine/recipe"
	"belljar.build/rootfs"
	"belljar.build/rootfs/toolchain"
)

// DefaultToolchain is the release that parts are built with when the profile
// does not say: what it builds runs on every distribution in use.
const DefaultToolchain = "debian-11"

// Node is one output to be realised.
type Node struct {
	// Part is the part's name in the profile; "" for the toolchain's own.
	Part string
	// Draft holds the action and where its sources come from.
	recipe.Draft
	Key string
	// Path is the output's base name in the store.
	Path string
	// Depends are the nodes of everything that the action declares.
	Depends []*Node
	// Listed is set for the parts that were asked for, not only needed.
	Listed   bool
	Position profile.Position
}

// Location is the output's logical path.
func (n *Node) Location() string { return rootfs.Logical + "/" + n.Path }

// Graph is everything to be realised, every node after those it depends on.
type Graph struct {
	Release string
	Nodes   []*Node
	// Parts are the profile's parts in install order; some of them are also
	// the toolchain's outputs.
	Parts []*Node
	// Missing are sources without a known hash: nothing that needs them, and
	// no key that depends on them, is final.
	Missing []fetch.Request
	// Sources are all sources.
	Sources []fetch.Request
	// Warnings are for the user.
	Warnings []string
}

// Part finds a planned part by its name.
func (g *Graph) Part(name string) *Node {
	for _, n := range g.Parts {
		if n.Part == name {
			return n
		}
	}
	return nil
}

// Options say what to plan.
type Options struct {
	// Parts to build; nil means those that the profile lists.
	Parts []string
	// Digest gives the locked SHA-256 of a source, "" when it has none.
	Digest func(fetch.Request) string
}

// unknownDigest stands in for a missing hash, so that planning can go on and
// find all that is missing at once.
var unknownDigest = strings.Repeat("0", 64)

// planner is the state of one planning run.
type planner struct {
	options Options
	profile *profile.Profile
	release *toolchain.Release
	graph   *Graph
	byPart  map[string]*Node
	outputs map[string]*Node // of the toolchain
	folders []string         // of this machine, as the profile can name them
}

// Make plans the parts of a profile.
func Make(p *profile.Profile, o Options) (*Graph, error) {
	if err := checkTarget(p); err != nil {
		return nil, err
	}
	release, err := chooseRelease(p)
	if err != nil {
		return nil, err
	}
	pl := &planner{
		options: o, profile: p, release: release, graph: &Graph{Release: release.Name},
		byPart: map[string]*Node{}, outputs: map[string]*Node{}, folders: foldersOf(p),
	}
	parts, err := p.Resolve(o.Parts, pl.part)
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		pl.byPart[p.Name].Listed = p.Listed
	}
	return pl.graph, nil
}

// checkTarget refuses to build for what the toolchains do not make. Reading such
// a profile is no mistake.
func checkTarget(p *profile.Profile) error {
	t := p.Target()
	option, value := "", ""
	switch {
	case t.System != "linux":
		option, value = "target-system", t.System
	case t.Machine != "x86_64":
		option, value = "target-machine", t.Machine
	default:
		return nil
	}
	o, _, _ := p.Raw("buildout", option)
	return &profile.Error{
		Position: o.Position(), Msg: fmt.Sprintf("%s = %s: belljar builds for linux on x86_64 only", option, value),
		Hint: "belljar annotate shows what such a profile says",
	}
}

func chooseRelease(p *profile.Profile) (*toolchain.Release, error) {
	name, ok, err := p.Value("buildout", "toolchain")
	if err != nil {
		return nil, err
	}
	if name = strings.TrimSpace(name); !ok || name == "" {
		name = DefaultToolchain
	}
	if !slices.Contains(toolchain.Releases(), name) {
		o, _, _ := p.Raw("buildout", "toolchain")
		return nil, &profile.Error{
			Position: o.Position(), Msg: fmt.Sprintf("unknown toolchain %q", name),
			Hint: "the toolchains that belljar ships are: " + strings.Join(toolchain.Releases(), ", "),
		}
	}
	return toolchain.Load(name)
}

// part is called for every part, in install order.
func (pl *planner) part(p *profile.Part) (map[string]string, error) {
	tools, err := pl.toolchain()
	if err != nil {
		return nil, err
	}
	draft, err := recipe.Make(p, recipe.Context{
		Release: pl.release, Toolchain: *tools, Input: pl.input, Digest: pl.digest,
	})
	if err != nil {
		return nil, err
	}
	n := &Node{Part: p.Name, Draft: *draft, Position: p.Position("recipe")}
	if n, err = pl.add(n); err != nil {
		return nil, err
	}
	pl.byPart[p.Name] = n
	pl.graph.Parts = append(pl.graph.Parts, n)
	pl.graph.Warnings = append(pl.graph.Warnings, draft.Warnings...)
	pl.graph.Warnings = append(pl.graph.Warnings, folderWarnings(p, n.Action, pl.folders)...)
	return recipe.Publish(p, n.Location())
}

// add computes the node's key and enters it. Of two parts with the same action
// the second waits for the first, and then finds its own output there.
func (pl *planner) add(n *Node) (*Node, error) {
	n.Action.Normalise()
	key, err := n.Action.Key()
	if err != nil {
		return nil, err
	}
	n.Key, n.Path = key, action.PathName(key, n.Action.Name)
	if same := pl.byPath(n.Path); same != nil {
		n.Depends = append(n.Depends, same)
	}
	for _, i := range n.Action.Inputs {
		n.Depends = append(n.Depends, pl.byPath(i.Path))
	}
	if t := n.Action.Toolchain; t != nil {
		n.Depends = append(n.Depends, pl.byPath(t.Base.Path))
		if t.Tools != nil {
			n.Depends = append(n.Depends, pl.byPath(t.Tools.Path))
		}
	}
	if slices.Contains(n.Depends, nil) {
		return nil, errors.New("an input of " + n.Action.Name + " is not planned")
	}
	pl.graph.Sources = append(pl.graph.Sources, n.Sources...)
	pl.graph.Nodes = append(pl.graph.Nodes, n)
	return n, nil
}

func (pl *planner) byPath(path string) *Node {
	for _, n := range pl.graph.Nodes {
		if n.Path == path {
			return n
		}
	}
	return nil
}

func (pl *planner) input(part string) (recipe.Output, bool) {
	n, ok := pl.byPart[part]
	if !ok {
		return recipe.Output{}, false
	}
	o := recipe.Output{Input: action.Input{Path: n.Path, Key: n.Key}, Location: n.Location(), Exports: map[string]string{}}
	for name, value := range n.Exports {
		o.Exports[name] = strings.ReplaceAll(value, action.Location, n.Location())
	}
	return o, true
}

// digest is the hash of a source from the profile's own sha256 pin or the
// lock; a missing one is noted.
func (pl *planner) digest(r fetch.Request) string {
	for _, d := range r.Digests {
		if d.Algorithm == "sha256" {
			return d.Hex
		}
	}
	if hex := pl.options.Digest(r); hex != "" {
		return hex
	}
	pl.graph.Missing = append(pl.graph.Missing, r)
	return unknownDigest
}

// toolchain plans the outputs that form every sandbox's root, once.
func (pl *planner) toolchain() (*action.Toolchain, error) {
	var t action.Toolchain
	for _, name := range []string{toolchain.Base, toolchain.Tools} {
		if pl.outputs[name] == nil {
			draft, err := recipe.Toolchain(pl.release, name, t)
			if err != nil {
				return nil, err
			}
			n, err := pl.add(&Node{Draft: *draft})
			if err != nil {
				return nil, err
			}
			pl.outputs[name] = n
		}
		n := pl.outputs[name]
		input := action.Input{Path: n.Path, Key: n.Key}
		if name == toolchain.Base {
			t.Base = input
		} else {
			t.Tools = &input
		}
	}
	return &t, nil
}

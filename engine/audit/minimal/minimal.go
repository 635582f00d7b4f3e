// Package minimal proves which declared inputs a build does not need: it builds
// once more with all that were never read hidden, and compares.
//
// Observation alone proves nothing: the kernel opens files that no call names,
// and that a file is absent can matter as much. The same manifest does.
package minimal

import (
	"context"
	"fmt"
	"slices"

	"belljar.build/engine/audit"
	"belljar.build/engine/build"
)

// Subject is the build to prove it of.
type Subject struct {
	Part     string
	Manifest string // the recorded one
	// Declared are the base names of the declared inputs, and Unread those of
	// them that an observed build never read.
	Declared, Unread []string
	// Closure is what is visible when only these inputs are declared.
	Closure func(declared []string) ([]string, error)
	// Build builds with these outputs hidden; nil hides nothing.
	Build func(ctx context.Context, hidden []string) (*build.Trial, error)
	// Tell is called before each build; may be nil.
	Tell func(what string)
}

// Proof is the answer.
type Proof struct {
	Part     string `json:"part"`
	Manifest string `json:"manifest"`
	// Needed and Superfluous are the declared inputs (base names): what remains
	// when those that can go are gone, and these.
	Needed      []string `json:"needed"`
	Superfluous []string `json:"superfluous"`
	// Hidden is all that the deciding build did not see: the superfluous ones
	// and what only they bring.
	Hidden []string `json:"hidden"`
	// Proven: that build gave the recorded manifest; or, where nothing is
	// superfluous, all is read, or the build differs without what is not.
	Proven bool `json:"proven"`
	// Why tells what is not proven, or what was found on the way: "without perl:
	// fails in configure".
	Why    []string `json:"why,omitempty"`
	Builds int      `json:"builds"`
	// Places are where the profile names what is superfluous.
	Places map[string][]audit.Place `json:"places,omitempty"`
}

// prover is one proof on its way.
type prover struct {
	Subject
	proof *Proof
}

// Prove hides everything unread at once. If that makes a difference, it hides one
// input after the other, and then those together that made none alone.
func Prove(ctx context.Context, s Subject) (*Proof, error) {
	p := &prover{s, &Proof{Part: s.Part, Manifest: s.Manifest, Needed: s.Declared, Superfluous: []string{}, Hidden: []string{}}}
	if len(s.Unread) == 0 {
		p.proof.Proven = true
		return p.proof, nil
	}
	same, err := p.try(ctx, s.Unread)
	if err != nil || same {
		return p.proof, err
	}
	if same, err := p.control(ctx); err != nil || !same {
		return p.proof, err
	}
	if len(s.Unread) == 1 {
		p.proof.Proven = true
		return p.proof, nil
	}
	var able []string
	for _, one := range s.Unread {
		same, err := p.try(ctx, []string{one})
		if err != nil {
			return nil, err
		}
		if same {
			able = append(able, one)
		}
	}
	if len(able) > 1 {
		if same, err := p.try(ctx, able); err != nil || same {
			return p.proof, err
		}
		able = able[:1]
	}
	if len(able) == 1 {
		return p.proof, p.conclude(able)
	}
	p.proof.Needed, p.proof.Superfluous, p.proof.Hidden, p.proof.Proven = s.Declared, []string{}, []string{}, true
	return p.proof, nil
}

// control builds with nothing hidden: if that differs too, nothing can be proven.
func (p *prover) control(ctx context.Context) (bool, error) {
	same, why, err := p.build(ctx, nil)
	if err == nil && !same {
		p.proof.Why = []string{"with nothing hidden: " + why + ": the part is not reproducible, as belljar check would show, so nothing can be proven"}
	}
	return same, err
}

// try hides unread inputs, and what only they bring.
func (p *prover) try(ctx context.Context, unread []string) (bool, error) {
	hidden, err := p.without(unread)
	if err != nil {
		return false, err
	}
	same, why, err := p.build(ctx, hidden)
	if err != nil {
		return false, err
	}
	if !same {
		p.proof.Why = append(p.proof.Why, fmt.Sprintf("without %s: %s", names(unread), why))
		return false, nil
	}
	return true, p.conclude(unread)
}

// conclude fills in what a build proved.
func (p *prover) conclude(superfluous []string) (err error) {
	p.proof.Proven, p.proof.Superfluous = true, superfluous
	p.proof.Needed = p.rest(superfluous)
	p.proof.Hidden, err = p.without(superfluous)
	return err
}

func (p *prover) rest(without []string) []string {
	return slices.DeleteFunc(slices.Clone(p.Declared), func(path string) bool { return slices.Contains(without, path) })
}

// without is what is no longer visible when these are not declared.
func (p *prover) without(unread []string) ([]string, error) {
	before, err := p.Closure(p.Declared)
	if err != nil {
		return nil, err
	}
	after, err := p.Closure(p.rest(unread))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(before, func(path string) bool { return slices.Contains(after, path) }), nil
}

func (p *prover) build(ctx context.Context, hidden []string) (same bool, why string, err error) {
	if p.Tell != nil {
		what := "with nothing hidden"
		if len(hidden) > 0 {
			what = "without " + names(hidden)
		}
		p.Tell(what)
	}
	p.proof.Builds++
	t, err := p.Build(ctx, hidden)
	if err != nil {
		return false, "", err
	}
	if err := t.Discard(); err != nil {
		return false, "", err
	}
	switch {
	case t.Failure != nil:
		return false, fmt.Sprintf("it fails in %s: %s", t.Failure.Phase, t.Failure.Message), nil
	case t.Manifest != p.Manifest:
		return false, fmt.Sprintf("it has manifest %.16s instead of %.16s", t.Manifest, p.Manifest), nil
	}
	return true, "", nil
}

// names are those of outputs without their keys.
func names(paths []string) string {
	text := ""
	for i, path := range paths {
		if i > 0 {
			text += ", "
		}
		text += audit.Mask(path)
	}
	return text
}

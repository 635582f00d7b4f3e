package build

import (
	"context"
	"errors"

	"belljar.build/engine/plan"
	"belljar.build/engine/vary"
)

// Trials builds outputs that the store has once more, under circumstances of
// one's choice, into trees that are looked at and thrown away.
type Trials struct {
	*realiser
	end func() error
}

// NewTrials builds whatever the builds of nodes need and the store lacks,
// fetches their sources and starts a supervisor. Close it.
func NewTrials(ctx context.Context, g *plan.Graph, nodes []*plan.Node, o Options) (*Trials, error) {
	return nil, errors.New("not built yet")
}

// Close ends the supervisor.
func (t *Trials) Close() error { return t.end() }

// Trial is what one such build left.
type Trial struct {
	// Manifest is the hash of what it built; "" when it failed.
	Manifest string
	// Dir is the tree, with the modes and times of a published output.
	Dir string
	// Log is the build's log.
	Log     string
	Seconds float64
	// Failure is set when it failed: the circumstances may be the reason.
	Failure *Failure
	remove  func() error
}

// Discard removes the tree and the log. Discarding twice is no error.
func (t *Trial) Discard() error { return t.remove() }

// Build builds n under c. jobs is how many processes it may use. An error is
// the machine's, or ctx's; a build that fails is a Trial with a Failure.
func (t *Trials) Build(ctx context.Context, n *plan.Node, c vary.Circumstances) (*Trial, error) {
	return nil, errors.New("not built yet")
}

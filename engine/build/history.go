package build

import (
	"errors"
	"slices"
	"time"

	"belljar.build/engine/action"
	"belljar.build/engine/plan"
	"belljar.build/engine/store"
)

// note adds the build to its part's history, unless it was interrupted. That
// it cannot is no reason to lose a build.
func (b *oneBuild) note(err error) {
	h := store.Build{
		Started: b.began.UTC().Truncate(time.Second), Key: b.node.Key, Name: b.node.Action.Name,
		Seconds: time.Since(b.began).Seconds(), CPU: b.used.CPU.Seconds(), MaxRSS: b.used.MaxRSS,
	}
	failure, failed := errors.AsType[*Failure](err)
	switch {
	case failed:
		h.Outcome, h.Phase = store.OutcomeFailed, failure.Phase
	case err == nil:
		h.Outcome, h.Manifest = store.OutcomeBuilt, b.built
	default:
		return
	}
	_ = b.options.Store.AddHistory(historyName(b.node), h)
}

// historyName is what n's history goes by: the part's name, whatever its
// version, where that can be a file's name.
func historyName(n *plan.Node) string {
	if n.Part != "" && action.CheckName(n.Part) == nil {
		return n.Part
	}
	return n.Action.Name
}

// expect is how many seconds n's build is likely to take: what it took the
// last time, in whatever version; 0 when it was never built.
func (r *realiser) expect(n *plan.Node) float64 {
	all, err := r.options.Store.History(historyName(n))
	if err != nil {
		return 0 // only a guess is lost
	}
	for _, b := range slices.Backward(all) {
		if b.Outcome == store.OutcomeBuilt {
			return b.Seconds
		}
	}
	return 0
}

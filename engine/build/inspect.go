package build

import (
	"context"
	"errors"
	"fmt"

	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/store"
)

// Refusal is why an output is not published, or not accepted, although it was
// built.
type Refusal struct {
	Phase   string   // "audit"
	Message string   // "2 errors"
	Lines   []string // what a person reads, the worst last
}

func (r *Refusal) Error() string { return r.Phase + ": " + r.Message }

// inspect lets the options' Inspect look at what was built.
func (b *oneBuild) inspect(ctx context.Context, dir string, r *store.Record) error {
	b.phase("audit")
	found, err := b.options.Inspect(ctx, b.node, dir, r)
	if err != nil {
		return fmt.Errorf("inspect the output: %w", err)
	}
	r.Audit = found
	return nil
}

// refused is the failure of a build whose output was refused: instead of the
// log's end a person is told what was found. It goes to the log too, for who
// looks later.
func (b *oneBuild) refused(r *Refusal) error {
	for _, line := range r.Lines {
		b.log.add(line)
	}
	err := b.failure(&step.Failure{Phase: r.Phase, Message: r.Message})
	if f, ok := errors.AsType[*Failure](err); ok {
		f.Tail = r.Lines
	}
	return err
}

// Refused are the failures of a run that met, in the store, outputs which it
// does not accept.
func Refused(all map[*plan.Node]*Refusal, order []*plan.Node) error {
	var failures Failures
	for _, n := range order {
		if r := all[n]; r != nil {
			failures.All = append(failures.All, &Failure{Node: n, Phase: r.Phase, Message: r.Message, Tail: r.Lines})
		}
	}
	if len(failures.All) == 0 {
		return nil
	}
	return &failures
}

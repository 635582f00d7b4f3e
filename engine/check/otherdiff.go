package check

import (
	"context"
	"fmt"
	"strings"

	"belljar.build/engine/diff"
	"belljar.build/engine/manifest"
	"belljar.build/engine/store"
)

// changes says what differs from ours to theirs: why, where both trees are at
// hand, otherwise which paths, and nothing where a hash is all there is.
func (o *Other) changes(ctx context.Context, s *store.Store, r *store.Record) ([]Change, error) {
	all := []Change{}
	if o.store == nil && o.whole == nil {
		return all, nil
	}
	ours, err := s.Manifest(r)
	if err != nil {
		return nil, err
	}
	if o.whole != nil {
		for _, c := range manifest.Compare(ours, o.whole) {
			all = append(all, Change{Path: c.Path, Cause: pathCause(&c)})
		}
		return all, nil
	}
	their, ok, err := o.store.Lookup(r.Key)
	if err != nil || !ok {
		return nil, err
	}
	theirs, err := o.store.Manifest(their)
	if err != nil {
		return nil, err
	}
	report, err := diff.Trees(ctx,
		diff.Tree{Dir: treeOf(s, r), Manifest: ours, Name: r.Path},
		diff.Tree{Dir: treeOf(o.store, their), Manifest: theirs, Name: r.Path}, diff.Options{})
	if err != nil {
		return nil, fmt.Errorf("compare with %s: %w", o.store.Dir(), err)
	}
	for i := range report.Changes {
		for _, cause := range causes(&report.Changes[i]) {
			all = append(all, Change{Path: report.Changes[i].Path, Cause: cause, Likely: byCause(&cause)})
		}
	}
	return all, nil
}

// pathCause is all that two manifests tell of a path.
func pathCause(c *manifest.Change) diff.Cause {
	if c.Kind != manifest.Changed {
		return diff.Cause{Kind: string(c.Kind)}
	}
	cause := diff.Cause{Kind: strings.Join(c.Fields, ", ")}
	if len(c.Fields) == 1 && c.Fields[0] == "mode" {
		cause = diff.Cause{Kind: diff.CauseMode, Before: fmt.Sprintf("%04o", c.Before.Mode), After: fmt.Sprintf("%04o", c.After.Mode)}
	}
	return cause
}

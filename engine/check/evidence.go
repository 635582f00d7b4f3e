package check

import (
	"fmt"
	"strings"

	"belljar.build/engine/diff"
	"belljar.build/engine/manifest"
	"belljar.build/engine/vary"
)

// note takes what a culprit changes into the verdict; of a report of nil there
// is nothing to say.
func (c *checker) note(culprit vary.Set, r *diff.Report) {
	if r == nil {
		return
	}
	culprit = sorted(culprit)
	for i := range r.Changes {
		change := &r.Changes[i]
		for _, cause := range causes(change) {
			c.verdict.Changes = append(c.verdict.Changes, Change{
				Path: change.Path, Culprit: culprit, Cause: cause, Likely: likely(culprit, &cause),
			})
		}
	}
}

// causes are those of a path; one that only one side has is a cause of its own.
func causes(c *diff.Change) []diff.Cause {
	switch c.Kind {
	case manifest.Added:
		return []diff.Cause{{Kind: string(c.Kind), After: describe(c.After)}}
	case manifest.Removed:
		return []diff.Cause{{Kind: string(c.Kind), Before: describe(c.Before)}}
	}
	return c.Causes
}

func describe(e *diff.Entry) string {
	switch e.Kind {
	case manifest.File:
		return fmt.Sprintf("file of %d bytes", e.Size)
	case manifest.Symlink:
		return "symlink to " + e.Target
	}
	return string(e.Kind)
}

// likely is a word or two about what differs: what the cause says, or else what
// the culprit does.
func likely(culprit vary.Set, c *diff.Cause) string {
	word := byCause(c)
	elsewhere := len(culprit) == 1 && culprit[0] != vary.Time // the time is the same
	switch {
	case word != "" && !(elsewhere && c.Kind == diff.CauseTimestamp):
		return word
	case len(culprit) == 1:
		return byCulprit(culprit[0])
	case len(culprit) == 0:
		return "chance"
	}
	return strings.ReplaceAll(culprit.String(), ", ", " and ")
}

func byCause(c *diff.Cause) string {
	switch c.Kind {
	case diff.CauseTimestamp:
		return "date"
	case diff.CauseOrder:
		return "order"
	case diff.CauseMode:
		return "mode"
	case diff.CauseOwner:
		return "owner"
	case diff.CauseBuildID:
		return "build id, which follows from the rest"
	}
	return ""
}

func byCulprit(v vary.Variation) string {
	for _, w := range []struct {
		variation vary.Variation
		word      string
	}{
		{vary.Time, "date"}, {vary.TimeZone, "time zone"}, {vary.Environment, "environment"},
		{vary.BuildPath, "build path"}, {vary.Kernel, "kernel version"}, {vary.ASLR, "address"},
		{vary.CPUs, "number of CPUs"}, {vary.CPUModel, "CPU model"}, {vary.User, "user"},
		{vary.Order, "order of a folder"}, {vary.Host, "host name"}, {vary.Home, "home folder"},
		{vary.Path, "PATH"}, {vary.Umask, "mode"}, {vary.Pids, "process id"}, {vary.Inodes, "inode"},
		{vary.FileSystem, "file system"}, {vary.HashSeed, "order of a hash table"},
		{vary.Tmp, "file in /tmp"}, {vary.Memory, "memory size"},
	} {
		if w.variation == v {
			return w.word
		}
	}
	return string(v)
}

// Package trace looks at what a build was observed to do: what it opened, looked
// for and did not find, executed, connected to. A hermetic build so tells what an
// open machine would have let in.
//
// It reads records of sandbox/observe, which come from inside the sandbox and
// are hostile text, and the action that was built; it looks at no file.
package trace

import (
	"io"

	"belljar.build/engine/action"
	"belljar.build/engine/audit"
)

// Input is an output that the build could see.
type Input struct {
	Path string // base name in the store
	Part string // "zlib"; the output's name where no profile names it
	// Declared: the action names it; else it came because another refers to it.
	Declared bool
	// By are the parts that refer to it, of what is not declared.
	By []string
}

// Subject is the build that was observed.
type Subject struct {
	Part, Output string
	Action       *action.Action
	Inputs       []Input
}

// Result is what the observation tells.
type Result struct {
	Findings []audit.Finding `json:"findings"`
	// Unread are the paths of declared inputs in which nothing was opened,
	// executed or listed.
	Unread []string `json:"unread"`
	// Events, Programs and Misses count the records: all, those of programs that
	// started, and those of what was not found.
	Events, Programs, Misses int
	// Truncated: the observation is not whole, so that what was not seen proves
	// nothing.
	Truncated bool
}

// Audit reads an observation to its end.
func Audit(observation io.Reader, s Subject) (*Result, error) { return &Result{}, nil }

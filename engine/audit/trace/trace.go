// Package trace looks at what a build was observed to do: what it opened, looked
// for and did not find, executed, connected to. A hermetic build so tells what an
// open machine would have let in.
//
// It reads records of sandbox/observe, which come from inside the sandbox and
// are hostile text, and the action that was built; it looks at no file. One rule
// a file; each says what it leaves out as noise, and why.
//
// What the observation does not have, no rule can tell: reads of the clock that
// go through the vDSO, and what symbolic links lead through.
package trace

import (
	"fmt"
	"io"

	"belljar.build/engine/action"
	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// Input is an output that the build could see.
type Input struct {
	Path string // base name in the store
	Part string // "zlib"; the output's name where no profile names it
	// Declared: the action names it; else it came because another refers to it.
	Declared bool
	// By are the parts that refer to it, of what is not declared.
	By []string
	// Referenced: the output itself names it.
	Referenced bool
}

// Subject is the build that was observed.
type Subject struct {
	Part, Output string
	Action       *action.Action
	Inputs       []Input
	// Parts are the names of the parts that could be declared: fixes name them.
	// It may be empty.
	Parts []string
}

// Result is what the observation tells.
type Result struct {
	Findings []audit.Finding `json:"findings"`
	// Unread are the paths of declared inputs in which nothing was opened,
	// executed or listed. It is nil when the observation is truncated.
	Unread []string `json:"unread"`
	// Levels are the compilations for more than the first level of x86-64, one
	// for each kind.
	Levels []Compilation `json:"levels,omitempty"`
	// Events, Programs and Misses count the records: all, those of programs that
	// started, and those of what was not found.
	Events   int `json:"events"`
	Programs int `json:"programs"`
	Misses   int `json:"misses"`
	// Truncated: the observation is not whole, so that what was not seen proves
	// nothing.
	Truncated bool `json:"truncated,omitempty"`
}

// Audit reads an observation to its end.
func Audit(observation io.Reader, s Subject) (*Result, error) {
	w := newWatch(s)
	if err := observe.Read(observation, w.record); err != nil {
		return nil, fmt.Errorf("read an observation: %w", err)
	}
	return w.result(), nil
}

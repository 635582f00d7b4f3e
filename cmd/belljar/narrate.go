package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"sync"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/profile"
)

// narrator says on stderr what happens, a line each.
type narrator struct {
	mu sync.Mutex
	w  io.Writer
}

func newNarrator(w io.Writer, g *globals) *narrator {
	if g.quiet > g.verbose {
		w = io.Discard
	}
	return &narrator{w: w}
}

// through is where it says things from now on, unless it says nothing.
func (n *narrator) through(w io.Writer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.w != io.Discard {
		n.w = w
	}
}

func (n *narrator) say(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprint(n.w, printableLines(fmt.Sprintf(format+"\n", args...)))
}

func (n *narrator) warnings(all []string) {
	for _, text := range all {
		n.say("belljar: warning: %s", text)
	}
}

// undecided tells of sections that are left out because only the machine could
// say whether they count: all of them, or those with the given names.
func (n *narrator) undecided(all []profile.Undecided, names []string) {
	for _, u := range all {
		if len(names) == 0 || slices.Contains(names, u.Section) {
			n.say("%s: warning: %s; its options are left out\nbelljar: hint: %s", u.Position, u.Message(), u.Hint)
		}
	}
}

func (n *narrator) profileWarnings(all []profile.Warning) {
	for _, w := range all {
		n.say("%s: warning: %s", w.Position, w.Msg)
	}
}

func (n *narrator) events() build.Events {
	return build.Events{
		Started: func(node *plan.Node) { n.say("building  %s", node.Action.Name) },
		Waiting: func(node *plan.Node, holder string) {
			n.say("waiting   %s is being built, or open in a shell, by %s", node.Action.Name, holder)
		},
	}.And(n.results())
}

// results are the events that stay on a terminal below which the rest is drawn.
func (n *narrator) results() build.Events {
	return build.Events{
		Finished: func(node *plan.Node, r build.Result) {
			if r.Reused { // another belljar, or another part of the same action, was first
				n.say("reused    %s, manifest %.16s", node.Action.Name, r.Record.Manifest)
				return
			}
			n.say("built     %s in %.1f s, manifest %.16s", node.Action.Name, r.Took.Seconds(), r.Record.Manifest)
		},
		Failed: func(f *build.Failure) {
			n.say("failed    %s in %s: %s", f.Node.Action.Name, f.Phase, f.Message)
		},
		Warning: func(node *plan.Node, text string) { n.say("belljar: warning: %s: %s", node.Action.Name, text) },
	}
}

// version is what the Go toolchain recorded.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

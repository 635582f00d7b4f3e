package main

import (
	"os"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/progress"
	"belljar.build/engine/store"
	"belljar.build/engine/terminal"
)

// watch tells a person of a run: as a picture that moves where stderr is a
// terminal, as a line for each thing elsewhere. It gives the terminal back with
// close.
func watch(g *globals, s *store.Store, n *narrator) (events build.Events, close func()) {
	if g.quiet > g.verbose || !terminal.Is(os.Stderr) || os.Getenv("TERM") == "dumb" || os.Getenv("CI") != "" {
		return n.events(), func() {}
	}
	keys, restore, err := terminal.Keys(os.Stdin)
	if err != nil { // no terminal, or another job's: a picture without keys
		keys, restore = nil, func() error { return nil }
	}
	board := progress.New(func(n *plan.Node) string { return s.LogPath(n.Key) })
	live := progress.Show(board, os.Stderr, func() (int, int) { return terminal.Size(os.Stderr) }, os.Getenv("NO_COLOR") == "", keys)
	n.through(live)
	return board.Events().And(n.results()), func() {
		live.Close()
		n.through(os.Stderr)
		_ = restore()
	}
}

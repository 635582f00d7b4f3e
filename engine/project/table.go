package project

import (
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
)

// Row is what the user is told of one part.
type Row struct {
	Part      string `json:"part"`
	Version   string `json:"version,omitempty"`
	Key       string `json:"key"`
	StorePath string `json:"store_path"` // logical
	Manifest  string `json:"manifest"`
	// Seconds that this run spent on it.
	Seconds float64 `json:"seconds"`
	State   string  `json:"state"` // "built" or "reused"
}

// Table lists the parts that exist now, in install order. A part that only
// served to build others that existed already may be missing.
func Table(g *plan.Graph, results map[*plan.Node]build.Result) []Row {
	rows := []Row{}
	for _, n := range g.Parts {
		r, ok := results[n]
		if !ok {
			continue
		}
		row := Row{
			Part: n.Part, Version: n.Version, Key: n.Key, StorePath: n.Location(),
			Manifest: r.Record.Manifest, Seconds: r.Took.Seconds(), State: "built",
		}
		if r.Reused {
			row.State = "reused"
		}
		rows = append(rows, row)
	}
	return rows
}

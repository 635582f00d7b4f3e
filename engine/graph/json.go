package graph

import (
	"encoding/json"
	"io"
)

// document is the graph for programs.
type document struct {
	Nodes []documentNode `json:"nodes"`
	Edges []documentEdge `json:"edges"`
}

type documentNode struct {
	Path      string   `json:"path"` // base name in the store
	Name      string   `json:"name"`
	Key       string   `json:"key,omitempty"`
	Parts     []string `json:"parts"`
	Version   string   `json:"version,omitempty"`
	Listed    bool     `json:"listed"`
	Toolchain bool     `json:"toolchain"`
	Built     bool     `json:"built"`
	Size      int64    `json:"size,omitempty"` // bytes
}

type documentEdge struct {
	From  string   `json:"from"` // base names
	To    string   `json:"to"`
	Kinds []string `json:"kinds"` // "input", "toolchain", "reference"
}

// JSON writes the graph for programs.
func (g *Graph) JSON(w io.Writer) error {
	d := document{Nodes: []documentNode{}, Edges: []documentEdge{}}
	for _, n := range g.Nodes {
		d.Nodes = append(d.Nodes, documentNode{
			n.Path, n.Name, n.Key, append([]string{}, n.Parts...), n.Version, n.Listed, n.Tools, n.Built, n.Size,
		})
		for _, to := range n.Needs(Any) {
			d.Edges = append(d.Edges, documentEdge{n.Path, to.Path, n.out[to].Names()})
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

package graph

import (
	"cmp"
	"slices"

	"belljar.build/rootfs"
)

// Row is one output of a closure.
type Row struct {
	StorePath string   `json:"store_path"` // logical
	Name      string   `json:"name"`
	Parts     []string `json:"parts"`
	Version   string   `json:"version,omitempty"`
	Listed    bool     `json:"listed"` // it was asked for
	Built     bool     `json:"built"`  // else its sizes are not known
	Size      int64    `json:"size"`   // its own, bytes
	// Closure is the size of all that it needs, itself included.
	Closure int64 `json:"closure"`
}

// Closure is all that some outputs need.
type Closure struct {
	// Outputs by their own size, the largest first.
	Outputs []Row `json:"outputs"`
	Total   int64 `json:"total"` // bytes of all
	// Unbuilt is how many of them are not there, and not in the total.
	Unbuilt int `json:"unbuilt"`
}

// Weigh gives the sizes of all that the roots need in one of the given ways.
func Weigh(kinds Kind, roots ...*Node) Closure {
	c := Closure{Outputs: []Row{}}
	for n := range Reach(kinds, roots...) {
		row := Row{
			StorePath: rootfs.Logical + "/" + n.Path, Name: n.Name, Parts: append([]string{}, n.Parts...),
			Version: n.Version, Listed: slices.Contains(roots, n), Built: n.Built, Size: n.Size,
		}
		for o := range Reach(kinds, n) {
			row.Closure += o.Size
		}
		if !n.Built {
			c.Unbuilt++
		}
		c.Outputs = append(c.Outputs, row)
		c.Total += n.Size
	}
	slices.SortFunc(c.Outputs, func(a, b Row) int {
		return cmp.Or(-cmp.Compare(a.Size, b.Size), cmp.Compare(a.Name, b.Name), cmp.Compare(a.StorePath, b.StorePath))
	})
	return c
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"belljar.build/engine/graph"
	"belljar.build/engine/project"
)

type closureOptions struct {
	json  bool
	build bool
	paths bool
}

func closureCommand(g *globals) *cobra.Command {
	o := &closureOptions{}
	cmd := &cobra.Command{
		Use:   "closure [section:option=value...] [part...]",
		Short: "list all that parts refer to at run time, with sizes",
		Long: `closure lists what the files of the named outputs refer to, directly or not, the
largest first: all parts that the profile lists, or those named. SIZE is an
output's own, CLOSURE that of all it needs.

With --build it lists what the parts' builds need, the toolchain included, built
or not. --paths prints where the outputs are on this machine, for other programs:
belljar closure --paths hello | tar -cf hello.tar -T -`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runClosure(cmd.Context(), g, o, args)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.json, "json", false, "print JSON for programs")
	f.BoolVar(&o.build, "build", false, "what builds need, not what files refer to")
	f.BoolVar(&o.paths, "paths", false, "only the paths in the physical store, one a line")
	return cmd
}

func runClosure(ctx context.Context, g *globals, o *closureOptions, args []string) error {
	q, err := g.ask(ctx, args)
	if err != nil {
		return err
	}
	defer q.Close()
	kinds := graph.Build
	if !o.build {
		kinds = graph.Reference
		if err := project.Realised(q.About...); err != nil {
			return err
		}
	}
	c := graph.Weigh(kinds, q.About...)
	switch {
	case o.json:
		return json.NewEncoder(os.Stdout).Encode(c)
	case o.paths:
		return printPaths(os.Stdout, q.Store.Dir(), c)
	}
	return printClosure(os.Stdout, c)
}

// printPaths prints what is there: the logical paths may not be.
func printPaths(w io.Writer, dir string, c graph.Closure) error {
	var text strings.Builder
	for _, r := range c.Outputs {
		if r.Built {
			fmt.Fprintln(&text, filepath.Join(dir, filepath.Base(r.StorePath)))
		}
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func printClosure(w io.Writer, c graph.Closure) error {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PART\tVERSION\tSIZE\tCLOSURE\tSTORE PATH")
	for _, r := range c.Outputs {
		name, version, size, closure := r.Name, r.Version, "not built", "-"
		if len(r.Parts) > 0 {
			name = strings.Join(r.Parts, ", ")
		}
		if version == "" {
			version = "-"
		}
		if r.Built {
			size, closure = graph.SizeText(r.Size), graph.SizeText(r.Closure)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", name, printable(version), size, closure, r.StorePath)
	}
	if c.Unbuilt > 0 {
		fmt.Fprintf(t, "%d outputs\t%d not built\t%s\t\t\n", len(c.Outputs), c.Unbuilt, graph.SizeText(c.Total))
	} else {
		fmt.Fprintf(t, "%d outputs\t\t%s\t\t\n", len(c.Outputs), graph.SizeText(c.Total))
	}
	_ = t.Flush()
	return writeTable(w, text.String())
}

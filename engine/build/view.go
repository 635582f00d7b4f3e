package build

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"belljar.build/engine/plan"
	"belljar.build/engine/step"
	"belljar.build/engine/store"
	"belljar.build/rootfs"
	"belljar.build/sandbox"
)

// folders are those that a build may write, and the mount point of its root.
type folders struct {
	root, build, tmp, out string
	// mapped says that build and out belong to the caller, not to the build.
	mapped bool
}

func stagingFolders(s *store.Staging) folders {
	return folders{root: s.Path("root"), build: s.Path("build"), tmp: s.Path("tmp"), out: s.Path("out")}
}

// spec is the sandbox of n's build.
func (r *realiser) spec(n *plan.Node, f folders, visible []string, order step.Order) (sandbox.Spec, error) {
	task, err := json.Marshal(order)
	if err != nil {
		return sandbox.Spec{}, fmt.Errorf("encode order: %w", err)
	}
	owned := []string{f.out, f.build, f.tmp}
	if f.mapped {
		owned = owned[2:]
	}
	return sandbox.Spec{
		Root: r.root(n, f, visible), Task: task, Work: f.root, Owned: owned, CPUs: r.options.Jobs,
		Limits: r.limits(n).Limits,
	}, nil
}

// root is what the build sees: nothing but this.
func (r *realiser) root(n *plan.Node, f folders, visible []string) rootfs.Root {
	root := rootfs.Minimal()
	if t := n.Action.Toolchain; t != nil {
		root.AddBase(r.physical(t.Base.Path))
		if t.Tools != nil {
			root.AddTools(r.physical(t.Tools.Path))
		}
	}
	for _, path := range visible {
		root.Binds = append(root.Binds, rootfs.Bind{Source: r.physical(path), Target: rootfs.Logical + "/" + path})
	}
	root.Binds = append(root.Binds,
		rootfs.Bind{Source: f.build, Target: step.WorkDir, Writable: true, Mapped: f.mapped},
		rootfs.Bind{Source: f.tmp, Target: "/tmp", Writable: true},
		rootfs.Bind{Source: f.out, Target: n.Location(), Writable: true, Mapped: f.mapped},
	)
	return root
}

func (r *realiser) physical(path string) string {
	return filepath.Join(r.options.Store.Dir(), path)
}

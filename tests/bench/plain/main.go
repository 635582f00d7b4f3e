// Command plain does again, without belljar, what a finished build did: the
// recorded actions' unpack, patch, copy and run steps, one part after the
// other, as a person's script would, in a plain bubblewrap root with the same
// toolchain, environment and MAKEFLAGS. Fix-ups and promises are belljar's
// own and are left out; so are outputs cut from a toolchain, which are shown
// as the store has them. It prints the wall and the CPU
// seconds of every part; on a busy machine only the latter can be compared.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"belljar.build/engine/action"
)

type options struct {
	store   string // physical, of the finished build
	dir     string // an empty folder
	folders []string
	jobs    int
}

func main() {
	var o options
	flag.StringVar(&o.store, "store", "", "the store of the finished build")
	flag.StringVar(&o.dir, "dir", "", "an empty folder to build in")
	flag.IntVar(&o.jobs, "jobs", 1, "jobs of make")
	flag.Parse()
	o.folders = flag.Args() // where sources are
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "plain:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	nodes, err := load(o.store)
	if err != nil {
		return err
	}
	b := &builder{options: o}
	if err := b.prepare(nodes); err != nil {
		return err
	}
	var total, cpu time.Duration
	for _, n := range nodes {
		if n.imported() {
			continue
		}
		took, used, err := b.build(n)
		if err != nil {
			return fmt.Errorf("build %s: %w", n.Name, err)
		}
		total += took
		cpu += used
		line(n.Name, took, used)
	}
	line("in all", total, cpu)
	return nil
}

func line(name string, wall, cpu time.Duration) {
	fmt.Printf("%-28s %8.1f s wall %8.1f s CPU\n", name, wall.Seconds(), cpu.Seconds())
}

// node is a recorded action and its output's name in the store.
type node struct {
	action.Action
	path string
}

// imported tells outputs that are cut from a toolchain's packages.
func (n *node) imported() bool {
	for _, s := range n.Steps {
		if s.Toolchain != nil {
			return true
		}
	}
	return false
}

// load reads the actions of all outputs, each after those it depends on.
func load(store string) ([]*node, error) {
	files, err := filepath.Glob(filepath.Join(store, ".belljar/action/*.json"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no actions are recorded in %s", store))
	}
	byPath := map[string]*node{}
	var paths []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read action: %w", err)
		}
		n := &node{}
		if err := json.Unmarshal(text, &n.Action); err != nil {
			return nil, fmt.Errorf("decode action %s: %w", file, err)
		}
		n.path = action.PathName(strings.TrimSuffix(filepath.Base(file), ".json"), n.Name)
		byPath[n.path] = n
		paths = append(paths, n.path)
	}
	return sorted(byPath, paths), nil
}

func sorted(byPath map[string]*node, paths []string) []*node {
	var order []*node
	seen := map[string]bool{}
	var visit func(path string)
	visit = func(path string) {
		n := byPath[path]
		if n == nil || seen[path] {
			return
		}
		seen[path] = true
		for _, i := range n.Inputs {
			visit(i.Path)
		}
		order = append(order, n)
	}
	for _, p := range paths {
		visit(p)
	}
	return order
}

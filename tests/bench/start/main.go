// Command start measures how long a sandbox takes from its request to its
// end, beside bubblewrap with the same mounts: the same shell runs the same
// trivial command in both, by turns, so that whatever else the machine does
// meets both alike. belljar has one supervisor for all its sandboxes, as in a
// real run.
//
// It prints a table; run.sh calls it as root and as an ordinary user.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"time"

	_ "belljar.build/engine/project" // as heavy as belljar itself, for it is re-executed
	"belljar.build/engine/step"
	"belljar.build/sandbox"
)

type options struct {
	base, tools string // outputs of a toolchain, absolute
	dir         string // an empty folder, for all that is made
	runs        int
	bwrap       bool
}

func main() {
	sandbox.Main(step.Perform) // does not return in the sandbox's processes
	var o options
	flag.StringVar(&o.base, "base", "", "the toolchain's base output")
	flag.StringVar(&o.tools, "tools", "", "the toolchain's tools output")
	flag.StringVar(&o.dir, "dir", "", "an empty folder to work in")
	flag.IntVar(&o.runs, "runs", 50, "starts of each kind")
	flag.BoolVar(&o.bwrap, "bwrap", true, "compare with bubblewrap")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	v, err := newView(o)
	if err != nil {
		return err
	}
	supervisor, err := sandbox.Start(v.scratch)
	if err != nil {
		return err
	}
	defer supervisor.Close()
	fmt.Printf("%-13s %9s %9s %9s %6s\n", "uid "+fmt.Sprint(os.Getuid()), "mounts", "belljar", "bwrap", "ratio")
	for _, deps := range []int{5, 50, 200} {
		ours, theirs, err := compare(ctx, o, v, supervisor, deps)
		if err != nil {
			return err
		}
		fmt.Printf("%-13s %9d %6.1f ms", "", deps, ours)
		if o.bwrap {
			fmt.Printf(" %6.1f ms %6.2f", theirs, ours/theirs)
		}
		fmt.Println()
	}
	return nil
}

// compare gives medians in milliseconds of wall time.
func compare(ctx context.Context, o options, v *view, s *sandbox.Supervisor, deps int) (ours, theirs float64, err error) {
	var a, b []time.Duration
	args := v.bubblewrap(deps)
	for i := range o.runs + 1 {
		began := time.Now()
		if err := v.sandbox(ctx, s, deps); err != nil {
			return 0, 0, err
		}
		middle := time.Now()
		if o.bwrap {
			if out, err := exec.Command("bwrap", args...).CombinedOutput(); err != nil {
				return 0, 0, fmt.Errorf("run bwrap: %w: %s", err, out)
			}
		}
		if i > 0 { // the first of each reads programs from the disk
			a = append(a, middle.Sub(began))
			b = append(b, time.Since(middle))
		}
	}
	return median(a), median(b), nil
}

func median(all []time.Duration) float64 {
	slices.Sort(all)
	n := len(all)
	if n == 0 {
		return 0
	}
	return float64(all[(n-1)/2]+all[n/2]) / 2 / float64(time.Millisecond)
}

// Command cost measures what the system call filter and the observation cost:
// the CPU time, user and system, of everything that dash's configure and make
// take, in four ways by turns:
//
//	bwrap            bubblewrap's root, no filter
//	bwrap + policy   the same under belljar's policy; nobody answers uname, it is allowed
//	belljar          belljar's own sandbox
//	belljar observed the same, recording what is named
//
// CPU time is what can be compared on a machine that does other things too.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/engine/step"
	"belljar.build/sandbox"
)

type options struct {
	base, tools string // outputs of a toolchain, absolute
	source      string // dash's tarball, absolute
	dir         string // an empty folder, for all that is made
	runs        int
}

const script = "cd dash-* && ./configure --prefix=/build/out >/dev/null && make >/dev/null"

func main() {
	sandbox.Main(step.Perform) // does not return in the sandbox's processes
	if len(os.Args) > 1 && os.Args[1] == innerCommand {
		fail(inner(os.Args[2:]))
	}
	var o options
	flag.StringVar(&o.base, "base", "", "the toolchain's base output")
	flag.StringVar(&o.tools, "tools", "", "the toolchain's tools output")
	flag.StringVar(&o.source, "source", "", "dash's tarball")
	flag.StringVar(&o.dir, "dir", "", "an empty folder to work in")
	flag.IntVar(&o.runs, "runs", 5, "runs of each kind")
	flag.Parse()
	fail(run(context.Background(), o))
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

// way is one of the four.
type way struct {
	name    string
	run     func(context.Context, options, string) (time.Duration, error)
	against int // the way that it is compared with
	took    []time.Duration
}

func run(ctx context.Context, o options) error {
	ways := []*way{
		{name: "bwrap", run: bubblewrap(false)},
		{name: "bwrap + policy", run: bubblewrap(true)},
		{name: "belljar", run: belljar(false)},
		{name: "belljar observed", run: belljar(true), against: 2},
	}
	for i := range o.runs {
		for j, w := range ways {
			dir := filepath.Join(o.dir, fmt.Sprintf("run-%d-%d", i, j))
			cpu, err := w.measure(ctx, o, dir)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			w.took = append(w.took, cpu)
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%-18s %12s %8s\n", "uid "+fmt.Sprint(os.Getuid()), "CPU, median", "ratio")
	for _, w := range ways {
		fmt.Printf("%-18s %10.2f s %8.2f of %s\n", w.name, median(w.took), median(w.took)/median(ways[w.against].took), ways[w.against].name)
	}
	return nil
}

// measure gives the CPU time of all that the way started and waited for.
func (w *way) measure(ctx context.Context, o options, dir string) (time.Duration, error) {
	for _, name := range []string{"build", "tmp", "root", "scratch", "out"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return 0, err
		}
	}
	if out, err := exec.Command("tar", "--no-same-owner", "-xf", o.source, "-C", filepath.Join(dir, "build")).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("unpack: %w: %s", err, out)
	}
	return w.run(ctx, o, dir)
}

func children() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(all []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2].Seconds()
}

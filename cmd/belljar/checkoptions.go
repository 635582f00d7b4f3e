package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"belljar.build/engine/build"
	"belljar.build/engine/check"
	"belljar.build/engine/profile"
	"belljar.build/engine/project"
	"belljar.build/engine/vary"
)

// chosenVariations reads --vary and --no-vary. list is set for --vary list.
func chosenVariations(only, without []string) (set vary.Set, list bool, err error) {
	set = vary.All()
	if len(only) > 0 {
		if set, list, err = variationsIn("vary", only); err != nil || list {
			return nil, list, err
		}
	}
	not, list, err := variationsIn("no-vary", without)
	if err != nil || list {
		return nil, list, err
	}
	if set = set.Without(not...); len(set) == 0 {
		return nil, false, fmt.Errorf("%w: nothing is left to vary", errUsage)
	}
	return set, false, nil
}

func variationsIn(flag string, lists []string) (set vary.Set, list bool, err error) {
	for _, name := range strings.Split(strings.Join(lists, ","), ",") {
		v := vary.Variation(strings.TrimSpace(name))
		switch {
		case v == "list":
			return nil, true, nil
		case v == "all":
			set = append(set, vary.All()...)
		case v == "":
			if len(lists) > 0 {
				return nil, false, fmt.Errorf("%w: --%s: a name is missing", errUsage, flag)
			}
		case slices.Contains(variationNames(), string(v)):
			set = append(set, v)
		default:
			return nil, false, unknownVariation(flag, string(v))
		}
	}
	return set, false, nil
}

func unknownVariation(flag, name string) error {
	err := fmt.Errorf("%w: --%s: there is no variation %q", errUsage, flag, name)
	if near := profile.Nearest(name, variationNames()); near != "" {
		return &hinted{err, fmt.Sprintf("did you mean %q?", near)}
	}
	return &hinted{err, "belljar check --list lists them"}
}

func variationNames() (names []string) {
	for _, d := range vary.Descriptions() {
		names = append(names, string(d.Variation))
	}
	return names
}

func printVariations(w io.Writer) error {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "VARIATION\tUSUALLY\tVARIED")
	for _, d := range vary.Descriptions() {
		note := ""
		if d.OnRequest {
			note = " (only with --vary)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s%s\n", d.Variation, d.Usual, d.Varied, note)
	}
	_ = t.Flush()
	return writeTable(w, text.String())
}

// options are what the library is told. The folder of --keep is made here,
// before anything is built.
func (o *checkOptions) options(g *globals, r *checkRun) (project.CheckOptions, error) {
	limits, err := r.project.Limits(o.limits)
	if err != nil {
		return project.CheckOptions{}, err
	}
	c := project.CheckOptions{
		Check: check.Options{Variations: r.variations, Repeat: o.repeat, Keep: o.keep},
		Build: build.Options{Store: r.store, Jobs: o.jobs, Limits: limits},
	}
	if o.deep {
		if c.Diffoscope, err = check.FindDiffoscope(); err != nil {
			return c, &hinted{fmt.Errorf("%w: --deep: %w", errUsage, err), "install it with apt-get install diffoscope, or pip install diffoscope"}
		}
		c.Deep = o.deepOutput
		c.Check.Keep = filepath.Join(r.store.Scratch(), "trees")
	}
	if o.keep == "" {
		return c, nil
	}
	c.Check.Keep = o.keep
	if err := check.EmptyFolder(o.keep); err != nil {
		if errors.Is(err, check.ErrNotEmpty) {
			err = fmt.Errorf("%w: --keep %w", errUsage, err)
		}
		return c, err
	}
	return c, nil
}

// deepOutput is a file beside the trees that are kept, or else stderr.
func (o *checkOptions) deepOutput(folder string) (io.WriteCloser, error) {
	if o.keep == "" {
		return unclosed{plain(os.Stderr)}, nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	return os.Create(filepath.Join(folder, "diffoscope.txt"))
}

type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

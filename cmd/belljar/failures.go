package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/build"
	"belljar.build/engine/plan"
)

// printFailures tells of every failed build: the log's end of each, then, when
// they are several or others hang on them, all of them in short. err is what
// they came in, and may hold more.
func printFailures(w io.Writer, f *build.Failures, err error) int {
	for _, one := range f.All {
		printFailure(w, one)
	}
	if len(f.All) > 1 || len(f.All[0].Blocked)+len(f.Left) > 0 {
		printSummary(w, f)
	}
	code := exitFailed
	for _, other := range besides(err, f) {
		code = report(w, other)
	}
	return code
}

// besides lists what err holds beside the failures: what went wrong while they
// were dealt with, or with the machine.
func besides(err error, f *build.Failures) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if err == error(f) || !ok {
		return f.Also
	}
	var all []error
	for _, e := range joined.Unwrap() {
		if errors.Is(e, build.ErrFailed) {
			all = append(all, besides(e, f)...)
		} else {
			all = append(all, e)
		}
	}
	return all
}

func printFailure(w io.Writer, f *build.Failure) {
	for _, line := range f.Tail {
		fmt.Fprintln(w, "  |", printable(line))
	}
	if f.Node.Part != "" {
		fmt.Fprintf(w, "%s: part %s failed in %s: %s\n", f.Position(), f.Node.Part, f.Phase, printableLines(f.Message))
	} else {
		fmt.Fprintf(w, "belljar: error: %s failed in %s: %s\n", f.Node.Action.Name, f.Phase, printableLines(f.Message))
	}
	if f.Log != "" {
		fmt.Fprintln(w, "belljar: hint: the whole log:", f.Log)
	}
	if f.Phase == audit.Phase {
		fmt.Fprintln(w, "belljar: hint:", auditHint)
	}
	if f.Full {
		fmt.Fprintln(w, "belljar: hint:", fullHint)
	}
	if f.Kept != "" {
		fmt.Fprintln(w, "belljar: hint: the work folder is kept:", f.Kept)
		if f.Node.Part != "" {
			fmt.Fprintf(w, "belljar: hint: belljar shell --failed %s opens it in its sandbox\n", f.Node.Part)
		}
	}
}

// printSummary lists the failures with what they kept from being built.
func printSummary(w io.Writer, f *build.Failures) {
	fmt.Fprintf(w, "\n%s failed:\n", count(len(f.All), "build"))
	for _, one := range f.All {
		fmt.Fprintf(w, "  %s: %s, in %s\n", one.Position(), nodeName(one.Node), one.Phase)
		if len(one.Blocked) > 0 {
			fmt.Fprintf(w, "    not built, for want of it: %s\n", nodeNames(one.Blocked))
		}
	}
	if len(f.Left) > 0 {
		fmt.Fprintf(w, "not started after the failure: %s\nbelljar: hint: --keep-going builds all that can be built\n", nodeNames(f.Left))
	}
}

func nodeName(n *plan.Node) string {
	if n.Part != "" {
		return n.Part
	}
	return n.Action.Name
}

// maxNames is how many parts one line names.
const maxNames = 12

func nodeNames(nodes []*plan.Node) string {
	var names []string
	for _, n := range nodes[:min(len(nodes), maxNames)] {
		names = append(names, nodeName(n))
	}
	if more := len(nodes) - maxNames; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// count is a number with what it counts.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

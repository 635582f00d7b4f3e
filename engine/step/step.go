// Package step performs the steps of an action. It runs inside the sandbox,
// as the unprivileged build user, and is the only code of belljar's that
// touches hostile archives and freshly built trees: whatever goes wrong there
// stays there.
//
// It knows the action it performs, the descriptors of its sources, and
// nothing else: no store, no network, no profile.
package step

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"strings"
	"time"

	"belljar.build/engine/action"
	"belljar.build/sandbox"
)

// WorkDir is where sources are unpacked and built.
const WorkDir = "/build"

// Order is what the executor is told.
type Order struct {
	Action *action.Action `json:"action"`
	// Output is the logical path of the output, an empty folder.
	Output string `json:"output"`
	// Jobs is how many processes a step may use in a shell that a person
	// opens; a build has the jobserver.
	Jobs int `json:"jobs,omitempty"`
	// Jobserver says that behind the sources two pipes are passed: parallel
	// steps read tokens from the first and return them to the second.
	Jobserver bool `json:"jobserver,omitempty"`
	// Sources are the names of the passed files, in order.
	Sources []string `json:"sources"`
	// Varied is what a check does otherwise.
	Varied Varied `json:"varied,omitzero"`
	// Shell, when set, is given the sandbox instead of the steps.
	Shell *ShellOrder `json:"shell,omitempty"`
}

// Varied is what is not as in every build. Its zero value changes nothing.
type Varied struct {
	// Work replaces [WorkDir].
	Work string `json:"work,omitempty"`
	// Env replaces the action's variables of these names, or joins them.
	Env map[string]string `json:"env,omitempty"`
	// Umask is that of scripts; 0 means 022.
	Umask int `json:"umask,omitempty"`
	// Pids, when not 0, is how much the number of each script's first process
	// lies above a multiple of 100.
	Pids int `json:"pids,omitempty"`
}

// work is where sources are unpacked and built.
func (o *Order) work() string { return cmp.Or(o.Varied.Work, WorkDir) }

// Report is what came of it.
type Report struct {
	Failure  *Failure `json:"failure,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// Seconds a step, in order, for those that ended well.
	Seconds []float64 `json:"seconds"`
}

// Failure says which step failed and why.
type Failure struct {
	Step    int    `json:"step"`
	Phase   string `json:"phase"`
	Message string `json:"message"`
	// Source is set when a source file is at fault.
	Source string `json:"source,omitempty"`
	// Full is set when the disk that the build writes to is full.
	Full bool `json:"full,omitempty"`
}

// worker is the state that steps share.
type worker struct {
	order  Order
	files  map[string]*os.File
	tokens []*os.File // the jobserver's, if there is one
	out    io.Writer
	tools  string // folder of the toolchain's programs
	env    []string
	dir    string
	report *Report
	task   sandbox.Task
}

// Perform is the sandbox's payload.
func Perform(t sandbox.Task, out io.Writer) any {
	var o Order
	if err := json.Unmarshal(t.Data, &o); err != nil {
		return Report{Failure: &Failure{Phase: "start", Message: fmt.Sprintf("decode order: %v", err)}}
	}
	w := &worker{order: o, files: map[string]*os.File{}, out: out, tools: toolsDir, dir: o.work(), report: &Report{}, task: t}
	for i, name := range o.Sources {
		w.files[name] = t.Files[i]
	}
	w.env = w.environment()
	if o.Shell != nil {
		return w.shell(o.Shell, t.Files[len(o.Sources):])
	}
	if o.Jobserver {
		w.tokens = t.Files[len(o.Sources):]
	}
	for i, s := range o.Action.Steps {
		began := time.Now()
		phase, err := w.perform(s)
		if err != nil {
			if err := w.task.EndOthers(); err != nil {
				fmt.Fprintf(w.out, "belljar: %v\n", err)
			}
			w.fail(i, phase, err)
			w.keepEnvironment(w.order.work())
			break
		}
		w.report.Seconds = append(w.report.Seconds, time.Since(began).Seconds())
	}
	return w.report
}

func (w *worker) fail(i int, phase string, err error) {
	f := &Failure{Step: i, Phase: phase, Message: short(err.Error())}
	if bad, ok := errors.AsType[*sourceError](err); ok {
		f.Source = bad.source
	}
	if file := w.fullFile(); file != "" {
		f.Message += "; " + file
	}
	if note := w.fullDisk(); note != "" {
		f.Message, f.Full = f.Message+"; "+note, true
	}
	if note := memoryNote(); note != "" {
		f.Message += "; " + note
	}
	w.report.Failure = f
	fmt.Fprintf(w.out, "belljar: %s failed: %s\n", phase, f.Message)
}

// maxWarnings and maxWarning keep a report short: hostile names are in it.
const maxWarnings, maxWarning = 100, 4096

// short leaves out the middle of a long text: the end says what was wrong.
func short(text string) string {
	if len(text) <= maxWarning {
		return text
	}
	return text[:maxWarning/2] + " ... " + text[len(text)-maxWarning/2:]
}

func (w *worker) warn(text string) {
	switch n := len(w.report.Warnings); {
	case n < maxWarnings:
		w.report.Warnings = append(w.report.Warnings, short(text))
	case n == maxWarnings:
		w.report.Warnings = append(w.report.Warnings, "and more of the same")
	}
}

func (w *worker) perform(s action.Step) (string, error) {
	if s.Unpack != nil || s.Patch != nil || s.Copy != nil || s.Fixup != nil {
		// These are belljar's own, and work on the build's files by name.
		if err := w.task.EndOthers(); err != nil {
			return "step", err
		}
	}
	switch {
	case s.Unpack != nil:
		w.heading("unpack " + s.Unpack.Source)
		return "unpack", w.unpack(s.Unpack.Source)
	case s.Patch != nil:
		w.heading("patch " + s.Patch.Source)
		return "patch", w.patch(s.Patch)
	case s.Copy != nil:
		return "copy", w.copy(s.Copy)
	case s.Directory != nil:
		return "enter", w.enter(s.Directory.Path)
	case s.Run != nil:
		w.heading(s.Run.Phase)
		return s.Run.Phase, w.run(s.Run)
	case s.Promise != nil:
		return "promise", w.promise(s.Promise.Paths)
	case s.Fixup != nil:
		w.heading("fixup")
		return "fixup", w.fixup()
	case s.Toolchain != nil:
		return "import", w.importToolchain(s.Toolchain)
	}
	return "step", fmt.Errorf("this belljar does not know that kind of step")
}

// Heading begins the lines that mark the phases in the log, for people and for
// tools alike.
const Heading = "=== belljar: "

func (w *worker) heading(text string) { fmt.Fprintf(w.out, "%s%s\n", Heading, text) }

// locate fills in the output's path.
func (w *worker) locate(text string) string {
	return strings.ReplaceAll(text, action.Location, w.order.Output)
}

func (w *worker) environment() []string {
	var env []string
	all := maps.Clone(w.order.Action.Env)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, w.order.Varied.Env)
	for name, value := range all {
		env = append(env, name+"="+w.locate(value))
	}
	return env
}

func (w *worker) source(name string) (*os.File, error) {
	f, ok := w.files[name]
	if !ok {
		return nil, fmt.Errorf("source %s was not handed over", name)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind source %s: %w", name, err)
	}
	return f, nil
}

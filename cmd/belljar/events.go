package main

import (
	"encoding/json"
	"io"
	"sync"
	"time"

	"belljar.build/engine/build"
	"belljar.build/engine/plan"
	"belljar.build/engine/project"
)

// event is one line of belljar build --json. Which fields are set depends on
// the event; docs/events.md lists them.
type event struct {
	Event    string         `json:"event"`
	Time     time.Time      `json:"time"`
	Part     string         `json:"part,omitempty"`
	Name     string         `json:"name,omitempty"`
	Key      string         `json:"key,omitempty"`
	Phase    string         `json:"phase,omitempty"`
	Holder   string         `json:"holder,omitempty"`
	Manifest string         `json:"manifest,omitempty"`
	Seconds  float64        `json:"seconds,omitempty"`
	Text     string         `json:"text,omitempty"`
	Position string         `json:"position,omitempty"`
	Log      string         `json:"log,omitempty"`
	Kept     string         `json:"kept,omitempty"`
	Todo     []todo         `json:"todo,omitempty"`
	Parts    *[]project.Row `json:"parts,omitempty"`
	Exit     *int           `json:"exit,omitempty"`
}

// todo is a build to come.
type todo struct {
	Part    string   `json:"part,omitempty"`
	Name    string   `json:"name"`
	Key     string   `json:"key"`
	Seconds float64  `json:"seconds,omitempty"` // that it took the last time
	Depends []string `json:"depends"`           // keys
}

// eventWriter writes them as they come.
type eventWriter struct {
	mu  sync.Mutex
	out *json.Encoder
	err error
}

func newEventWriter(w io.Writer) *eventWriter { return &eventWriter{out: json.NewEncoder(w)} }

func (w *eventWriter) write(e event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Time = time.Now().UTC(); w.err == nil {
		w.err = w.out.Encode(e)
	}
}

func about(name string, n *plan.Node) event {
	return event{Event: name, Part: n.Part, Name: n.Action.Name, Key: n.Key}
}

func (w *eventWriter) events() build.Events {
	return build.Events{
		Planned: w.planned,
		Started: func(n *plan.Node) { w.write(about("started", n)) },
		Phase: func(n *plan.Node, phase string) {
			e := about("phase", n)
			e.Phase = phase
			w.write(e)
		},
		Finished: w.finished,
		Failed:   w.failed,
		Waiting: func(n *plan.Node, holder string) {
			e := about("waiting", n)
			e.Holder = holder
			w.write(e)
		},
		Warning: func(n *plan.Node, text string) {
			e := about("warning", n)
			e.Text = text
			w.write(e)
		},
	}
}

func (w *eventWriter) planned(nodes []*plan.Node, seconds map[*plan.Node]float64) {
	e := event{Event: "planned"}
	for _, n := range nodes {
		t := todo{Part: n.Part, Name: n.Action.Name, Key: n.Key, Seconds: seconds[n], Depends: []string{}}
		for _, d := range n.Depends {
			t.Depends = append(t.Depends, d.Key)
		}
		e.Todo = append(e.Todo, t)
	}
	w.write(e)
}

func (w *eventWriter) finished(n *plan.Node, r build.Result) {
	e := about("built", n)
	if r.Reused {
		e.Event = "reused"
	}
	e.Manifest, e.Seconds = r.Record.Manifest, r.Took.Seconds()
	w.write(e)
}

func (w *eventWriter) failed(f *build.Failure) {
	e := about("failed", f.Node)
	e.Phase, e.Text, e.Position, e.Log, e.Kept = f.Phase, f.Message, f.Position(), f.Log, f.Kept
	w.write(e)
}

// done is the last event of a run that ended well: the table.
func (w *eventWriter) done(rows []project.Row) error {
	exit := exitDone
	w.write(event{Event: "done", Parts: &rows, Exit: &exit})
	return w.err
}

// ended is the last event of any other run.
func (w *eventWriter) ended(err error) {
	exit := exitCode(err)
	w.write(event{Event: "ended", Text: err.Error(), Exit: &exit})
}

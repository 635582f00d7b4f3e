package trace

import (
	"belljar.build/engine/audit"
	"belljar.build/sandbox/observe"
)

// outsideInputs is D01: there is nothing in the sandbox but what is declared,
// so what was opened, listed or executed elsewhere shows a hole in it. To ask
// about a path (stat) is no reading.
type outsideInputs struct{ table }

func newOutside() *outsideInputs { return &outsideInputs{newTable()} }

func (o *outsideInputs) started(*process, []string) {}

func (o *outsideInputs) did(e event) {
	if !e.found || e.at != outside {
		return
	}
	switch e.op {
	case observe.Open, observe.List, observe.Exec, observe.Link:
		o.add(e.path, e.by, string(e.op))
	case observe.Write:
		// What a build makes where nothing is shown is not there before, and
		// only what is there is found.
		o.add(e.path, e.by, string(e.op))
	}
}

func (o *outsideInputs) findings() []audit.Finding {
	return o.table.findings(audit.OutsideInputs, func(_ string, s *seen) string {
		return "was opened or executed " + s.by() + ", and nothing that is declared has it"
	})
}

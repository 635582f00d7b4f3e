package static

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"belljar.build/engine/audit"
)

// late tells whether a time is later than SOURCE_DATE_EPOCH, both in seconds
// since 1970.
func late(seconds, epoch int64) bool { return seconds > epoch }

// clockSlack is how much earlier than the start of its build, in seconds, a
// time can be that the build wrote: time zones, and clocks that differ.
const clockSlack = 24 * 3600

// times gathers the late times of one kind in one stream: S22.
type times struct {
	*run
	label   string
	subject string // "gzip header"
	count   int
	latest  int64
	some    []audit.Evidence
}

// see takes note of one time; what is the member that has it.
func (t *times) see(what string, seconds int64) {
	if !late(seconds, t.run.subject.Epoch) {
		return
	}
	t.count++
	t.latest = max(t.latest, seconds)
	if len(t.some) < audit.MaxEvidence {
		t.some = append(t.some, audit.Evidence{Where: cut(what), Text: stamp(seconds)})
	}
}

// tell makes them one finding.
func (t *times) tell(fix string) {
	if t.count == 0 {
		return
	}
	message := "has a time later than SOURCE_DATE_EPOCH in its " + t.subject
	if t.count > 1 {
		message = fmt.Sprintf("has %d times later than SOURCE_DATE_EPOCH in its %s", t.count, t.subject)
	}
	f := audit.New(audit.Timestamp, t.label, t.subject, message)
	if started := t.run.subject.Started; started > 0 && t.latest < started-clockSlack {
		// The build cannot have written it: it came with the source.
		f.Severity = audit.Note
		f.Message += ", but none of the time of its build"
	}
	f.Evidence, f.Fix = t.some, fix
	t.add(f)
}

// pyc looks at the header of Python bytecode: since 3.7 it says in its flags
// whether it knows its source by time or by hash, older ones know the time.
func (r *run) pyc(label string, head []byte) {
	if !strings.HasSuffix(label, ".pyc") && !strings.HasSuffix(label, ".pyo") || len(head) < 16 || string(head[2:4]) != "\r\n" {
		return
	}
	at := 4
	if magic := binary.LittleEndian.Uint16(head); magic >= 3390 && magic < 20000 {
		if binary.LittleEndian.Uint32(head[4:])&1 != 0 {
			return
		}
		at = 8
	}
	t := &times{run: r, label: label, subject: "bytecode header"}
	t.see("the time of its source", int64(binary.LittleEndian.Uint32(head[at:])))
	t.tell("compile it with --invalidation-mode unchecked-hash, or when its source has its final time")
}

// unixTime is the time in seconds, 0 for none.
func unixTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

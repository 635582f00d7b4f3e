package static

import (
	"bytes"
	"fmt"
	"slices"

	"belljar.build/engine/audit"
)

// sink gathers what is found in one stream: one finding for each thing, with
// the first places where it stands.
type sink struct {
	*run
	label  string
	packed bool // the bytes are not those of a file, but what it unpacks to
	told   []string
	found  map[string]*audit.Finding // by rule and subject
	order  []string
}

// look is S20 and S21.
func (s *sink) look(b []byte, from, to int, base int64) {
	scanKeys(b, from, to, func(at int) {
		s.key(b, at, b[at:at+keyLength], base, false)
	})
	scanWide(b, from, to, func(at int, key []byte) {
		s.key(b, at, key, base, true)
	})
	for i := range s.files.traces {
		s.trace(&s.files.traces[i], b, from, to, base)
	}
}

func (s *sink) trace(t *trace, b []byte, from, to int, base int64) {
	n := len(t.text)
	last := min(len(b), to+n-1) // no match may begin at to or later
	for i := from; ; i += n {
		j := bytes.Index(b[min(i, last):last], t.text)
		if j < 0 {
			return
		}
		i += j
		if t.stands(b, i, n) && !slices.Contains(s.told, t.subject) {
			s.hit(audit.BuildTrace, t.subject, "names "+t.what, t.fix, base+int64(i), excerpt(b, i, n))
		}
	}
}

// key looks at 32 digits.
func (s *sink) key(b []byte, at int, key []byte, base int64, wide bool) {
	name, known := s.files.keys[string(key)]
	if !known {
		if wide {
			return
		}
		if name, known = storeName(b, at); !known || s.files.referred[name] {
			return
		}
	}
	text := excerpt(b, at, keyLength)
	if wide {
		text = string(key) + " in UTF-16"
	}
	part := cut(s.files.world.called(name))
	message, fix := "names "+part+", which is not declared", "add dependency "+part+", or take the name out"
	if p := s.files.world.trees[name]; p != nil && p.visible {
		message = "names " + part + ", which the output does not otherwise refer to: a garbage collector or a copy of the closure loses it"
		fix = "write the name where the scan for references sees it: in no compressed file, or also in a plain one"
	}
	s.hit(audit.HiddenReference, name, message, fix, base+int64(at), text)
}

func (s *sink) hit(rule audit.ID, subject, message, fix string, offset int64, text string) {
	id := string(rule) + subject
	f := s.found[id]
	if f == nil {
		created := audit.New(rule, s.label, subject, message)
		created.Fix = fix
		f = &created
		if s.found == nil {
			s.found = map[string]*audit.Finding{}
		}
		s.found[id] = f
		s.order = append(s.order, id)
	}
	where := fmt.Sprintf("at byte %d", offset)
	if s.packed {
		where += " unpacked"
	}
	if len(f.Evidence) < audit.MaxEvidence {
		f.Evidence = append(f.Evidence, audit.Evidence{Where: where, Text: cut(text)})
	}
}

// tell adds the findings.
func (s *sink) tell() {
	for _, id := range s.order {
		s.add(*s.found[id])
	}
}

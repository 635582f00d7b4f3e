package trace

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"belljar.build/engine/audit"
)

// seen collects what shows one subject: the first few times it was done, and by
// how many programs.
type seen struct {
	evidence []audit.Evidence
	programs int
	last     *process
}

func (s *seen) add(p *process, what string) {
	if s.last == p {
		return
	}
	s.last = p
	s.programs++
	if len(s.evidence) < audit.MaxEvidence {
		s.evidence = append(s.evidence, p.evidence(what))
	}
}

// maxSubjects bounds the findings of one rule in one build.
const maxSubjects = 2000

// table has what was seen of each subject.
type table struct {
	subjects map[string]*seen
	left     int // subjects that were too many
}

func newTable() table { return table{subjects: map[string]*seen{}} }

// maxSubject bounds one of them, in bytes: paths are no longer.
const maxSubject = 4096

func (t *table) add(subject string, p *process, what string) {
	if len(subject) > maxSubject {
		subject = cut(subject, maxSubject-3)
	}
	s := t.subjects[subject]
	if s == nil {
		if len(t.subjects) >= maxSubjects {
			t.left++
			return
		}
		s = &seen{}
		t.subjects[strings.Clone(subject)] = s
	}
	s.add(p, cut(what, maxShown))
}

// findings makes one of each subject, in the order of their names.
func (t *table) findings(id audit.ID, message func(subject string, s *seen) string) (all []audit.Finding) {
	for _, subject := range slices.Sorted(maps.Keys(t.subjects)) {
		s := t.subjects[subject]
		f := audit.New(id, "", subject, message(subject, s))
		f.Evidence = s.evidence
		all = append(all, f)
	}
	if t.left > 0 {
		all = append(all, audit.New(id, "", "more", fmt.Sprintf("there is more of it, %d times, than is told", t.left)))
	}
	return all
}

// programs is "by 12 programs".
func (s *seen) by() string {
	if s.programs == 1 {
		return "by one program"
	}
	return fmt.Sprintf("by %d programs", s.programs)
}

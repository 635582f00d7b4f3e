package escape

import (
	"fmt"
	"strings"
)

// verdict is what the lines of an attack add up to.
type verdict struct {
	held  int
	wrong []string // what must not be
	times []span   // when each part ran
	lines []string // everything, for a person
}

// span is from when to when a part says that it ran.
type span struct{ from, to float64 }

// read judges the lines of a log. An attack prints one a try:
//
//	held: WHAT (ERRNO)     refused, as a tight sandbox refuses it
//	works: WHAT            allowed on purpose; it shows that the attack is real
//	ESCAPED: WHAT          it did it
//	REACHED: WHAT (ERRNO)  refused, but later or otherwise than it should be
//	BROKEN: WHAT           the attack itself does not work
//	present: FROM TO       when it ran, in seconds since 1970
func (v *verdict) read(log string) {
	for _, line := range strings.Split(log, "\n") {
		word, rest, ok := strings.Cut(line, ": ")
		if !ok {
			continue
		}
		switch word {
		case "held":
			v.held++
		case "present":
			var s span
			if _, err := fmt.Sscan(rest, &s.from, &s.to); err == nil {
				v.times = append(v.times, s)
			}
		case "ESCAPED", "REACHED", "BROKEN":
			v.wrong = append(v.wrong, line)
		}
	}
	v.lines = append(v.lines, log)
}

// complaints compares with how many attempts had to be refused. More or fewer
// are wrong alike: an attempt that was not made holds nothing.
func (v *verdict) complaints(held int) []string {
	found := v.wrong
	if v.held != held {
		found = append(found, fmt.Sprintf("%d attempts were held, want %d", v.held, held))
	}
	return found
}

// apart complains when the parts of a case did not run at the same time for a
// second at least: they could not have met.
func (v *verdict) apart() []string {
	if len(v.times) < 2 {
		return []string{fmt.Sprintf("%d parts said when they ran, want 2", len(v.times))}
	}
	from, to := v.times[0].from, v.times[0].to
	for _, s := range v.times {
		from, to = max(from, s.from), min(to, s.to)
	}
	if to-from < 1 {
		return []string{fmt.Sprintf("the parts ran together for %.1f seconds only: %v", to-from, v.times)}
	}
	return nil
}

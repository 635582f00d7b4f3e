package trace

import (
	"fmt"
	"slices"

	"belljar.build/engine/audit"
)

// Join tells the findings of S24, which come from the code, which compilations
// for more than the level cpu ("v1") explain them. Where no code shows any, that
// is a note: configure scripts try flags out, and a compiler need not use what it
// may.
func Join(found []audit.Finding, levels []Compilation, cpu string) []audit.Finding {
	levels = slices.DeleteFunc(slices.Clone(levels), func(c Compilation) bool { return c.Level <= cpu })
	explained := len(levels) == 0
	for i := range found {
		if found[i].Rule != audit.CPULevel {
			continue
		}
		explained = true
		for _, c := range levels {
			found[i].Evidence = append(found[i].Evidence, audit.Evidence{Where: c.By.Where, Text: "compiled for " + c.Level + ": " + c.Flag})
		}
	}
	if explained {
		return found
	}
	f := audit.New(audit.CPULevel, "", levels[0].Flag, fmt.Sprintf("compiled for x86-64-%s (%s), though nothing of it shows in the output's code", levels[0].Level, levels[0].Flag))
	f.Severity = audit.Note
	for _, c := range levels[:min(len(levels), audit.MaxEvidence)] {
		f.Evidence = append(f.Evidence, audit.Evidence{Where: c.By.Where, Text: c.Flag})
	}
	f.Fix = "pass no -march, or declare cpu in [audit-policy]"
	return append(found, f)
}

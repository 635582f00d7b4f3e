package static

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/isa"
	"belljar.build/engine/audit/object"
)

// cpu is which processors a file's code is for.
type cpu struct {
	report *isa.Report
	// chooses is how it asks the processor what it can do; "" if it does not.
	chooses string
}

// readCPU reads the code of a file.
func readCPU(o *object.File) cpu {
	functions := o.Functions()
	ranges := make([]isa.Function, len(functions))
	for i, f := range functions {
		ranges[i] = isa.Function(f)
	}
	c := cpu{report: isa.Scan(ranges, o.Code)}
	switch {
	case c.report.CPUID || asks(o, ranges):
		c.chooses = "it has the instruction cpuid"
	case o.IFunc:
		c.chooses = "it has functions that are chosen when they are bound"
	default:
		for _, u := range o.Undefined {
			if asking(u.Name) {
				c.chooses = "it uses " + u.Name
			}
		}
	}
	return c
}

// asking tells whether a symbol is a way of asking the processor.
func asking(name string) bool {
	return slices.Contains([]string{"__cpu_model", "__cpu_features2", "__cpu_indicator_init", "__get_cpuid", "__get_cpuid_max",
		"__x86_get_cpu_features", "__x86_get_cpuid_feature_leaf", "getauxval"}, name)
}

// asks looks for cpuid where no function is known.
func asks(o *object.File, functions []isa.Function) bool {
	for _, p := range o.Segments {
		if elf.ProgType(p.Type) == elf.PT_LOAD && elf.ProgFlag(p.Flags)&elf.PF_X != 0 &&
			isa.Asks(functions, p.Vaddr, p.Vaddr+p.Filesz, o.Code) {
			return true
		}
	}
	return false
}

// cpuLevel looks for instructions above the declared level: S24.
func (r *run) cpuLevel(f *elfFile) error {
	declared := isa.ParseLevel(r.settings.CPU)
	highest, uses := f.cpu.report.Highest(declared)
	if len(uses) == 0 {
		return nil
	}
	chooses, err := r.chooses(f)
	if err != nil {
		return err
	}
	report := f.cpu.report
	var names []string
	for _, u := range uses {
		names = append(names, u.Feature.String())
	}
	finding := audit.New(audit.CPULevel, f.rel, highest.String(), fmt.Sprintf("has instructions above %s in %d of %s: %s",
		declared, report.Above[declared], counted(report.Functions, "function"), strings.Join(names, ", ")))
	for _, u := range uses[:min(len(uses), audit.MaxEvidence-1)] {
		finding.Evidence = append(finding.Evidence, audit.Evidence{Where: fmt.Sprintf("at address %#x", u.First), Text: useText(u)})
	}
	finding.Fix = "build without -march and -m options for newer processors, or declare the level: cpu in [audit-policy]"
	if chooses != "" {
		finding.Evidence = append(finding.Evidence, audit.Evidence{Where: "at run time", Text: chooses})
		if f.object.IFunc || report.Above[declared]*many <= report.Functions {
			finding.Severity = audit.Note
			finding.Message += "; it chooses at run time"
			finding.Fix = ""
		} else {
			finding.Message += "; it asks the processor, but hardly for so many"
		}
	}
	r.add(finding)
	return nil
}

// many: a file that asks the processor has few functions that are chosen so: 1% of
// libcrypto's and 2% of libzstd's. Compiled for v3 as a whole, a quarter of zlib's
// and of bzip2's functions have an instruction above v1. One part in so many is
// the bound between the two.
const many = 5

func useText(u isa.Use) string {
	text := fmt.Sprintf("%s: %s in %s", u.Feature, counted(u.Instructions, "instruction"), counted(u.Functions, "function"))
	if u.In != "" {
		text += ", the first in " + u.In
	}
	return text
}

// counted is a number of things.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// chooses is how a file, or a library of the same output that it needs, asks the
// processor what it can do.
func (r *run) chooses(f *elfFile) (string, error) {
	if f.cpu.chooses != "" {
		return f.cpu.chooses, nil
	}
	s, err := r.elfRun.world.load(f.place, f.object)
	if err != nil {
		return "", err
	}
	for _, m := range s.modules[1:] {
		for _, other := range r.elfRun.files {
			if other.place == m.place && other.cpu.chooses != "" {
				return fmt.Sprintf("%s, which it needs: %s", other.rel, other.cpu.chooses), nil
			}
		}
	}
	return "", nil
}

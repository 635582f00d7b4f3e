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
	for _, u := range uses[:min(len(uses), audit.MaxEvidence-2)] {
		finding.Evidence = append(finding.Evidence, audit.Evidence{Where: fmt.Sprintf("at address %#x", u.First), Text: useText(u)})
	}
	finding.Fix = "build without -march and -m options for newer processors, or declare the level: cpu in [audit-policy]"
	if chooses != "" {
		finding.Evidence = append(finding.Evidence, audit.Evidence{Where: "at run time", Text: chooses})
		if declared < isa.V3 && wholly(report) {
			finding.Message += "; it asks the processor, but all its code is compiled for AVX"
			finding.Evidence = append(finding.Evidence, audit.Evidence{Where: "vector registers",
				Text: fmt.Sprintf("%s use them as since AVX, %d as before", counted(report.VEX, "function"), report.SSE)})
		} else {
			finding.Severity = audit.Note
			finding.Message += "; it chooses at run time"
			finding.Fix = ""
		}
	}
	r.add(finding)
	return nil
}

// wholly tells whether a file was compiled for AVX as a whole, although something
// in it asks the processor. A compiler that may use AVX writes it wherever it uses
// vector registers: liblzma built for v3 has 82 such functions and none of the old
// kind. In files that choose there are at most half as many as of the old kind
// (libSvtAv1Enc: 747 and 1629, libcrypto: 48 and 760, libzstd: 0 and 309), and in
// libmvec, which is nearly all AVX, 294 and 112.
func wholly(r *isa.Report) bool { return r.VEX >= 8 && r.VEX > 4*r.SSE }

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
	s, err := r.elfRun.world.load(f.elfPlace, f.object)
	if err != nil {
		return "", err
	}
	for _, m := range s.modules[1:] {
		for _, other := range r.elfRun.files {
			if other.elfPlace == m.elfPlace && other.cpu.chooses != "" {
				return fmt.Sprintf("%s, which it needs: %s", other.rel, other.cpu.chooses), nil
			}
		}
	}
	return "", nil
}

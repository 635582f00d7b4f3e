package static

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/engine/audit/object"
)

// elfMemory is what the auditor keeps of libraries and programs: by folder.
type elfMemory struct{ trees map[string]*elfTree }

// elfRun are the ELF files of the output that is being looked at.
type elfRun struct {
	files []*elfFile // that the loader or the kernel would take
	world *elfWorld
}

// elfFile is one ELF file of the output.
type elfFile struct {
	elfPlace
	object *object.File
	cpu    cpu
	opens  []opened // libraries that it may open while it runs
}

// interpreter is the base's loader, and the x86-64 psABI's.
const interpreter = "/lib64/ld-linux-x86-64.so.2"

// elfFile reads one ELF file: S04, S11, and what elfFinish needs.
func (r *run) elfFile(f *file) error {
	o, err := object.Read(f.in, f.size)
	if errors.Is(err, object.ErrDamaged) || errors.Is(err, object.ErrNotELF) {
		return nil // no loader takes it: a test suite's, as a rule
	}
	if err != nil {
		return fmt.Errorf("read %q: %w", f.path, err)
	}
	defer o.Close()
	if o.Type != elf.ET_EXEC && o.Type != elf.ET_DYN {
		return nil // objects are for the linker, which looks at their machine itself
	}
	if !o.Native() {
		r.add(wrongMachine(f.path, o))
		return nil
	}
	if o.Interpreter != "" && o.Interpreter != interpreter {
		r.add(badInterpreter(f.path, o.Interpreter))
	}
	w, err := r.elfWorld()
	if err != nil {
		return err
	}
	w.own.objects[f.path] = o
	r.elfRun.files = append(r.elfRun.files, &elfFile{elfPlace: elfPlace{w.own, f.path}, object: o, cpu: readCPU(o), opens: readOpened(o)})
	return nil
}

// elfFinish looks at how the ELF files fit together: S01, S02, S03, S05, S06, S23,
// S24, S26.
func (r *run) elfFinish(ctx context.Context) error {
	for _, f := range r.elfRun.files {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, look := range []func(*elfFile) error{r.searchPaths, r.needed, r.versions, r.symbols, r.opened, r.cpuLevel} {
			if err := look(f); err != nil {
				return fmt.Errorf("look at %q: %w", f.rel, err)
			}
		}
	}
	return nil
}

// wrongMachine: S11.
func wrongMachine(file string, o *object.File) audit.Finding {
	machine := strings.ToLower(strings.TrimPrefix(o.Machine.String(), "EM_"))
	what := machine
	switch {
	case o.Class == elf.ELFCLASS32 && o.Machine == elf.EM_X86_64:
		what = "x32, the 32-bit form of x86-64"
	case o.Data == elf.ELFDATA2MSB:
		what += ", big endian"
	}
	f := audit.New(audit.WrongMachine, file, machine, "is for "+what+", not for x86-64")
	f.Evidence = []audit.Evidence{{Where: "ELF header", Text: fmt.Sprintf("%v, %v, %v", o.Machine, o.Class, o.Data)}}
	f.Fix = "build it for x86-64, or do not install it"
	return f
}

// badInterpreter: S04.
func badInterpreter(file, path string) audit.Finding {
	f := audit.New(audit.BadInterpreter, file, path, fmt.Sprintf("is started by %s, not by %s", path, interpreter))
	f.Evidence = []audit.Evidence{{Where: "PT_INTERP", Text: path}}
	f.Fix = "link without --dynamic-linker"
	return f
}

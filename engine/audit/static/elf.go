package static

import "context"

// elfMemory is what the auditor keeps of libraries and programs: by folder.
type elfMemory struct{}

// elfRun are the ELF files of the output that is being looked at.
type elfRun struct{}

// elfFile reads one ELF file: S04, S05, S11, S23, S24, and what elfFinish needs.
func (r *run) elfFile(f *file) error { return nil }

// elfFinish looks at how the ELF files fit together: S01, S02, S03, S06, S26.
func (r *run) elfFinish(ctx context.Context) error { return nil }

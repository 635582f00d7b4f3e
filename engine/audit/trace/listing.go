package trace

import (
	"strings"

	"belljar.build/engine/audit"
	"belljar.build/rootfs"
	"belljar.build/sandbox/observe"
)

// listings is D10. Folders are told of by their first two names: who lists
// /usr/include goes on to all beneath it.
type listings struct{ table }

func newListings() *listings { return &listings{newTable()} }

func (l *listings) started(*process, []string) {}

func (l *listings) did(e event) {
	if e.op != observe.List || e.by.number == 0 {
		return
	}
	switch e.at {
	case base, frame, etc, device, proc, outside:
		l.add(top(e.path), e.by, "")
	}
}

func top(path string) string {
	if path == rootfs.Logical {
		return path
	}
	names := strings.SplitN(path, "/", 4)
	return strings.Join(names[:min(3, len(names))], "/")
}

func (l *listings) findings() []audit.Finding {
	return l.table.findings(audit.SystemFolderRead, func(folder string, s *seen) string {
		return folder + " or what is beneath it was listed " + s.by()
	})
}

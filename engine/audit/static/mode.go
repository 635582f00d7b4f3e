package static

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"belljar.build/engine/audit"
	"belljar.build/engine/manifest/tree"
)

// mode is S10, and S22 for the time of the entry itself.
func (r *run) mode(e *tree.Entry) {
	if late(e.Stat.Mtim.Sec, r.subject.Epoch) {
		r.files.late(e.Path, e.Stat.Mtim.Sec)
	}
	if e.Type() == unix.S_IFLNK {
		return
	}
	perm := e.Perm()
	for _, bit := range []struct {
		mask          uint32
		subject, what string
		fix           string
	}{
		{unix.S_ISUID, "set-user-id", "is set-user-id: who runs it gets its owner's rights", "chmod u-s in post-install"},
		{unix.S_ISGID, "set-group-id", "is set-group-id", "chmod g-s in post-install"},
		{unix.S_IWOTH, "world-writable", "can be changed by everybody", "chmod o-w in post-install"},
	} {
		if perm&bit.mask == 0 {
			continue
		}
		f := audit.New(audit.BadMode, e.Path, bit.subject, bit.what)
		f.Evidence = []audit.Evidence{{Where: "mode", Text: fmt.Sprintf("%04o", perm)}}
		f.Fix = bit.fix
		r.add(f)
	}
}

// stamp writes a time, seconds since 1970.
func stamp(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05Z") }

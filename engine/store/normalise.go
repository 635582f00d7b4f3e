package store

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest/tree"
)

// normalise takes from a tree what must not differ between two builders
// (owners, times, modes beyond what the owner may do) and what must not stand in a
// store that others share: files that anybody but the owner may write.
func normalise(dir string, epoch int64) error {
	root, err := tree.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("normalise output: %w", err)
	}
	defer root.Close()
	err = root.Walk(func(e *tree.Entry) error {
		if err := normaliseMode(e); err != nil {
			return err
		}
		return e.SetTime(epoch)
	})
	if err != nil {
		return fmt.Errorf("normalise output: %w", err)
	}
	return nil
}

func normaliseMode(e *tree.Entry) error {
	perm := e.Perm()
	if perm&(unix.S_ISUID|unix.S_ISGID) != 0 {
		return fmt.Errorf("%q: %w: its mode %04o has set-id bits", e.Path, ErrUnfit, perm)
	}
	if os.Geteuid() == 0 && (e.Stat.Uid != 0 || e.Stat.Gid != 0) {
		if err := e.Chown(0, 0); err != nil {
			return err
		}
	}
	if want := wantedMode(e); want != perm {
		return e.Chmod(want)
	}
	return nil
}

// wantedMode gives everybody what the owner has, but for writing: what a
// build's umask left of the others' bits must not show. The owner can read
// everything, and a folder is open to all. The sticky bit goes too: it means
// nothing where nobody else may write.
func wantedMode(e *tree.Entry) uint32 {
	switch e.Type() {
	case unix.S_IFDIR:
		return 0o755
	case unix.S_IFREG:
		owner := e.Perm()&0o700 | 0o400
		shared := owner & 0o500
		return owner | shared>>3 | shared>>6
	}
	return e.Perm() // a link has no mode; anything else the manifest refuses
}

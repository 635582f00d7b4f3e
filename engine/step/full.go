package step

import (
	"fmt"
	"io/fs"
	"math"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// memoryNote tells of a limit of memory that each process has for itself, where
// there is no cgroup: who cannot have more says so in his own words.
func memoryNote() string {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &l); err != nil || l.Cur > math.MaxInt64 {
		return ""
	}
	return fmt.Sprintf("no process of it could have more than %d bytes of memory (--limit memory=)", l.Cur)
}

// fullFile names a file that has grown to the limit of file sizes, which is
// then why a build failed: whoever wrote it was killed by SIGXFSZ, or told
// EFBIG and printed anything. It is "" without a limit.
func (w *worker) fullFile() string {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &l); err != nil || l.Cur > math.MaxInt64 {
		return ""
	}
	found := ""
	for _, dir := range w.grounds() {
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // what cannot be read is not it
			}
			if info, err := d.Info(); err == nil && d.Type().IsRegular() && info.Size() == int64(l.Cur) {
				found = fmt.Sprintf("%s has grown to the limit of %d bytes (--limit file-size=)", p, l.Cur)
				return fs.SkipAll
			}
			return nil
		})
	}
	return found
}

// nearlyFull is how little room, in bytes, is taken for the reason of a failure:
// the write that did not fit is not in the way any more.
const nearlyFull = 1 << 20

// fullDisk tells that the disk which holds what the build writes is full. It is
// the store's.
func (w *worker) fullDisk() string {
	for _, dir := range w.grounds() {
		var s unix.Statfs_t
		if err := unix.Statfs(dir, &s); err != nil {
			continue
		}
		if free := s.Bavail * uint64(s.Bsize); free < nearlyFull {
			return fmt.Sprintf("the store's disk is full: %d bytes are free", free)
		}
		if s.Files > 0 && s.Ffree == 0 {
			return "the store's disk is full: there can be no more files on it"
		}
	}
	return ""
}

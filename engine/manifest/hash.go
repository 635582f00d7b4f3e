package manifest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"golang.org/x/sys/unix"
)

// bufferSize is large enough that system calls cost nothing beside hashing.
const bufferSize = 256 << 10

// job is one file to be hashed.
type job struct {
	path    string
	id      inode
	size    int64
	entries []int  // the entries that are this file; written by the walk only
	digest  string // the result
}

// work hashes files until the queue ends.
func (b *builder) work(ctx context.Context) error {
	sum := sha256.New()
	buf := make([]byte, bufferSize)
	for j := range b.queue {
		if err := b.hash(ctx, j, sum, buf); err != nil {
			return err
		}
	}
	return nil
}

// hash reads one file with as few system calls as there can be: with many
// small files they, not the hashing, are the work.
func (b *builder) hash(ctx context.Context, j *job, sum hash.Hash, buf []byte) error {
	fd, err := b.root.OpenFd(j.path)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	sum.Reset()
	size, err := copyTo(ctx, b.writer(j.path, sum), fd, buf)
	if err != nil {
		return fmt.Errorf("read %q: %w", j.path, err)
	}
	// Afterwards, once: it is the file that the walk saw, and nothing came to
	// it while it was read.
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("stat %q: %w", j.path, err)
	}
	if (inode{uint64(st.Dev), st.Ino}) != j.id || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("read %q: %w", j.path, ErrChanged)
	}
	if size != j.size || st.Size != size {
		return fmt.Errorf("read %q: %w: %d bytes became %d", j.path, ErrChanged, j.size, max(size, st.Size))
	}
	j.digest = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return nil
}

// writer is the hash, and the caller's scanner if there is one.
func (b *builder) writer(path string, sum hash.Hash) io.Writer {
	if b.scan != nil {
		if w := b.scan(path); w != nil {
			return io.MultiWriter(sum, w)
		}
	}
	return sum
}

// copyTo copies a regular file from a descriptor, until the context ends. A
// read that gives less than it could is the last: nothing is behind it.
func copyTo(ctx context.Context, w io.Writer, fd int, buf []byte) (int64, error) {
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return total, err
		}
		total += int64(n)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return total, err
			}
		}
		if n < len(buf) {
			return total, nil
		}
	}
}

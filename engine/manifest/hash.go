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

func (b *builder) hash(ctx context.Context, j *job, sum hash.Hash, buf []byte) error {
	f, err := b.root.OpenFile(j.path)
	if err != nil {
		return err
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return fmt.Errorf("stat %q: %w", j.path, err)
	}
	if (inode{uint64(st.Dev), st.Ino}) != j.id || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return fmt.Errorf("read %q: %w", j.path, ErrChanged)
	}
	sum.Reset()
	size, err := copyTo(ctx, b.writer(j.path, sum), f, buf)
	if err != nil {
		return fmt.Errorf("read %q: %w", j.path, err)
	}
	if size != j.size {
		return fmt.Errorf("read %q: %w: %d bytes became %d", j.path, ErrChanged, j.size, size)
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

// copyTo is io.CopyBuffer with two differences: it ends with the context, and
// it uses buf whatever the two ends can do.
func copyTo(ctx context.Context, w io.Writer, r io.Reader, buf []byte) (int64, error) {
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := r.Read(buf)
		total += int64(n)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return total, err
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

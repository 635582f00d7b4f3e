package manifest

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"belljar.build/engine/manifest/tree"
)

// Options for Build; the zero value will do.
type Options struct {
	// Workers is how many files are hashed at a time, e.g. 4; 0 means one for
	// every processor, at most 8.
	Workers int
	// Scan, if set, is asked once for every file's content and may return a
	// writer that receives all of it, in order, in the pass that hashes it;
	// nil for no interest. A file with several hard links is asked for under
	// one of them. Scan and its writers are called by several goroutines at
	// once, each writer by one.
	Scan func(path string) io.Writer
}

// Build reads the tree at dir. The last component of dir must be the folder
// itself, no link to it. Anything unreadable is an error naming the path;
// sockets, fifos and devices are ErrSpecial; a file that changes meanwhile is
// ErrChanged.
func Build(ctx context.Context, dir string, opts Options) (*Manifest, error) {
	root, err := tree.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("build manifest: %w", err)
	}
	defer root.Close()
	b := &builder{root: root, scan: opts.Scan, links: map[inode]*job{}, queue: make(chan *job, 64)}
	if err := b.run(ctx, opts.workers()); err != nil {
		return nil, fmt.Errorf("build manifest of %s: %w", dir, err)
	}
	m := &Manifest{Entries: b.entries}
	sortEntries(m.Entries)
	return m, nil
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return min(runtime.GOMAXPROCS(0), 8)
}

// inode identifies a file whatever its names.
type inode struct{ dev, ino uint64 }

// builder walks in one goroutine and hashes in several. Only the walk touches
// entries and links; a job belongs to one worker until all have ended.
type builder struct {
	root    *tree.Root
	scan    func(string) io.Writer
	entries []Entry
	jobs    []*job
	links   map[inode]*job
	queue   chan *job
}

func (b *builder) run(ctx context.Context, workers int) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(b.queue)
		return b.root.Walk(func(e *tree.Entry) error { return b.visit(ctx, e) })
	})
	for range workers {
		group.Go(func() error { return b.work(ctx) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, j := range b.jobs {
		for _, i := range j.entries {
			b.entries[i].Digest = j.digest
		}
	}
	return nil
}

func (b *builder) visit(ctx context.Context, e *tree.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	entry := Entry{Path: e.Path, Mode: e.Perm()}
	switch e.Type() {
	case unix.S_IFDIR:
		entry.Kind = Dir
	case unix.S_IFLNK:
		target, err := e.Readlink()
		if err != nil {
			return err
		}
		entry.Kind, entry.Mode, entry.Target = Symlink, 0o777, target
	case unix.S_IFREG:
		entry.Kind, entry.Size = File, e.Stat.Size
		b.entries = append(b.entries, entry)
		return b.enqueue(ctx, e)
	default:
		return fmt.Errorf("%q is a %s: %w", e.Path, specialName(e.Type()), ErrSpecial)
	}
	b.entries = append(b.entries, entry)
	return nil
}

// enqueue hands the file just appended to the workers, unless another name of
// it is with them already.
func (b *builder) enqueue(ctx context.Context, e *tree.Entry) error {
	index := len(b.entries) - 1
	id := inode{uint64(e.Stat.Dev), e.Stat.Ino}
	if known := b.links[id]; known != nil {
		known.entries = append(known.entries, index)
		return nil
	}
	j := &job{path: e.Path, id: id, size: e.Stat.Size, entries: []int{index}}
	if e.Stat.Nlink > 1 {
		b.links[id] = j
	}
	b.jobs = append(b.jobs, j)
	select {
	case b.queue <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func specialName(kind uint32) string {
	switch kind {
	case unix.S_IFSOCK:
		return "socket"
	case unix.S_IFIFO:
		return "fifo"
	}
	return "device"
}

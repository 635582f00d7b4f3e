package view

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A position in a folder is the generation of its listing and an index in that.
// It has 31 bits, which is what every file system lets lseek: a tmpfs of Linux
// 6.6 takes 32, an ext4 without indexes 42.
const (
	indexBits      = 20
	maxEntries     = 1<<indexBits - 1
	maxGenerations = 1 << 11
)

// Bounds of what is kept. A listing that was evicted is made again.
const (
	maxListings    = 1500
	maxListingSize = 64 << 20 // bytes, of all together
)

// entry is what a folder holds.
type entry struct {
	name   string
	inode  uint64
	format byte // d_type
}

// listing is a folder as it was when it began to be read.
type listing struct {
	generation int64
	dev, ino   uint64
	entries    []entry
	size       int // bytes

	element *list.Element
	in      *list.List
}

// listings are those that are being read and, to be evicted first, those that
// were read to their end; each in the order in which they were made.
type listings struct {
	kept       map[int64]*listing
	read, done *list.List
	last       int64 // generation
	size       int   // bytes
	buf        []byte
}

func newListings() *listings {
	return &listings{kept: map[int64]*listing{}, read: list.New(), done: list.New(), buf: make([]byte, 64<<10)}
}

// at finds the listing of a folder at a position, nil when it is not kept.
func (l *listings) at(position int64, st *unix.Stat_t) *listing {
	n := l.kept[position>>indexBits]
	if n == nil || n.dev != st.Dev || n.ino != st.Ino {
		return nil
	}
	return n
}

// keep gives a listing its generation.
func (l *listings) keep(n *listing) {
	for len(l.kept) > 0 && (len(l.kept) >= maxListings || l.size+n.size > maxListingSize) {
		l.evict()
	}
	for n.generation == 0 || l.kept[n.generation] != nil {
		l.last = (l.last + 1) % maxGenerations
		n.generation = l.last
	}
	l.kept[n.generation] = n
	l.size += n.size
	n.in, n.element = l.read, l.read.PushBack(n)
}

func (l *listings) evict() {
	oldest := l.done.Front()
	if oldest == nil {
		oldest = l.read.Front()
	}
	n := oldest.Value.(*listing)
	n.in.Remove(oldest)
	l.size -= n.size
	delete(l.kept, n.generation)
}

// finish says that a listing was read to its end.
func (l *listings) finish(n *listing) {
	if n.in == l.read {
		l.read.Remove(n.element)
		n.in, n.element = l.done, l.done.PushBack(n)
	}
}

// take reads all of an open folder, whose position it leaves at the end.
func (l *listings) take(fd int, order string) (*listing, error) {
	if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err != nil {
		return nil, err
	}
	n := &listing{}
	for {
		got, err := unix.Getdents(fd, l.buf)
		if err != nil {
			return nil, err
		}
		if got == 0 {
			break
		}
		n.add(l.buf[:got])
		if len(n.entries) > maxEntries || n.size > maxListingSize {
			return nil, errFull
		}
	}
	arrange(n.entries, order)
	return n, nil
}

// add enters what getdents64 gave.
func (n *listing) add(b []byte) {
	const overhead = 64 // bytes of an entry beside its name
	for len(b) > 0 {
		length := binary.NativeEndian.Uint16(b[16:])
		name, _, _ := bytes.Cut(b[nameIn64:length], []byte{0})
		n.entries = append(n.entries, entry{string(name), binary.NativeEndian.Uint64(b), b[18]})
		n.size += len(name) + overhead
		b = b[length:]
	}
}

// arrange orders entries. The shuffled order depends on the names alone, and
// is never the sorted one.
func arrange(entries []entry, order string) {
	byName := func(a, b entry) int { return strings.Compare(a.name, b.name) }
	switch order {
	case OrderSorted:
		slices.SortFunc(entries, byName)
	case OrderShuffled:
		keys := make(map[string]uint64, len(entries))
		for _, e := range entries {
			keys[e.name] = key(e.name)
		}
		slices.SortFunc(entries, func(a, b entry) int {
			if ka, kb := keys[a.name], keys[b.name]; ka != kb {
				if ka < kb {
					return -1
				}
				return 1
			}
			return byName(a, b)
		})
		if looksSorted(entries) {
			slices.Reverse(entries)
		}
	}
}

// looksSorted tells whether the names that programs care for are sorted.
func looksSorted(entries []entry) bool {
	last := ""
	for _, e := range entries {
		if e.name == "." || e.name == ".." {
			continue
		}
		if e.name < last {
			return false
		}
		last = e.name
	}
	return true
}

// key is a number for a name. FNV's high bits hardly differ for names of one
// beginning; the multiplications, which are those of MurmurHash3, mend that.
func key(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	k := h.Sum64()
	k = (k ^ k>>33) * 0xff51afd7ed558ccd
	k = (k ^ k>>33) * 0xc4ceb9fe1a85ec53
	return k ^ k>>33
}

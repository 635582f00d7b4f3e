package why

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"belljar.build/engine/graph"
	"belljar.build/engine/manifest/tree"
	"belljar.build/engine/store"
)

// hashLength is how much of a store path names it; the same is looked for when
// an output is published.
const hashLength = 32

// scanner looks into one output for several others.
type scanner struct {
	store    *store.Store
	output   *graph.Node
	root     *tree.Root
	findings []*finding
	seen     map[uint64]bool // inodes with several names
}

// evidence looks for what makes the edges that are references, reading each
// output once.
func evidence(s *store.Store, edges []edge, most int) ([]*finding, error) {
	all := make([]*finding, len(edges))
	byOutput := map[*graph.Node][]*finding{}
	for i, e := range edges {
		all[i] = &finding{to: e.to}
		if e.from.Kind(e.to)&graph.Reference != 0 && len(e.to.Path) > hashLength {
			byOutput[e.from] = append(byOutput[e.from], all[i])
		}
	}
	for output, findings := range byOutput {
		if err := scan(s, output, findings); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func scan(s *store.Store, output *graph.Node, findings []*finding) (err error) {
	root, err := tree.OpenRoot(filepath.Join(s.Dir(), output.Path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	c := &scanner{store: s, output: output, root: root, findings: findings, seen: map[uint64]bool{}}
	return root.Walk(c.visit)
}

func (c *scanner) visit(e *tree.Entry) error {
	for _, f := range c.findings {
		if strings.Contains(filepath.Base(e.Path), f.to.Path[:hashLength]) {
			f.add(Evidence{Kind: FileName, File: e.Path})
		}
	}
	switch e.Type() {
	case unix.S_IFLNK:
		return c.link(e)
	case unix.S_IFREG:
		if e.Stat.Nlink > 1 && c.seen[e.Stat.Ino] {
			return nil
		}
		c.seen[e.Stat.Ino] = true
		return c.file(e.Path)
	}
	return nil
}

func (c *scanner) link(e *tree.Entry) error {
	target, err := e.Readlink()
	if err != nil {
		return err
	}
	for _, f := range c.findings {
		if strings.Contains(target, f.to.Path[:hashLength]) {
			f.add(Evidence{Kind: Link, File: e.Path, Text: target})
		}
	}
	return nil
}

func (c *scanner) file(path string) (err error) {
	in, err := c.root.OpenFile(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	hits := make([]hits, len(c.findings))
	hashes := make([][]byte, len(c.findings))
	for i, f := range c.findings {
		hashes[i] = []byte(f.to.Path[:hashLength])
	}
	err = search(in, hashes, func(i int, offset int64) { hits[i].add(offset) })
	if err != nil {
		return fmt.Errorf("read %q: %w", path, err)
	}
	var kind *reading
	for i, h := range hits {
		if h.total == 0 {
			continue
		}
		if kind == nil {
			kind = c.read(path, in)
		}
		kind.explain(c.findings[i], h)
	}
	return nil
}

// hits are where one hash stands in one file: the first few, and how many.
type hits struct {
	offsets []int64
	total   int
}

func (h *hits) add(offset int64) {
	const most = 100
	if h.total++; len(h.offsets) < most {
		h.offsets = append(h.offsets, offset)
	}
}

// search tells where the hashes stand in what it reads.
func search(r io.Reader, hashes [][]byte, hit func(i int, offset int64)) error {
	const border = hashLength - 1 // may be the start of one that goes on in the next piece
	buffer := make([]byte, 1<<18)
	kept, at := 0, int64(0)
	for {
		n, err := r.Read(buffer[kept:])
		piece := buffer[:kept+n]
		for i, hash := range hashes {
			for from := 0; ; {
				j := bytes.Index(piece[from:], hash)
				if j < 0 {
					break
				}
				hit(i, at+int64(from+j))
				from += j + hashLength
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		rest := min(len(piece), border)
		at += int64(len(piece) - rest)
		kept = copy(buffer, piece[len(piece)-rest:])
	}
}

package store

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
)

// scanner finds which of the candidates' hashes stand in what it reads, and
// whole store paths of anything else. What is compressed or written in pieces
// it does not see.
type scanner struct {
	byHash map[string]string // the 32 characters -> store path

	mu   sync.Mutex
	seen map[string]bool
	// strange maps the hash of a store path that is no candidate's to the
	// file that it stands in.
	strange map[string]string
}

// pathPrefix is what stands before the hash in a store path.
const pathPrefix = Logical + "/"

// border is how much of two neighbouring pieces is looked at together: one
// byte less than a prefix, a hash and the hyphen behind it.
const border = len(pathPrefix) + hashLength

func newScanner(candidates ...string) (*scanner, error) {
	s := &scanner{byHash: map[string]string{}, seen: map[string]bool{}, strange: map[string]string{}}
	for _, c := range candidates {
		if err := checkPath(c); err != nil {
			return nil, fmt.Errorf("scan for references: %w", err)
		}
		hash := c[:hashLength]
		if other, ok := s.byHash[hash]; ok && other != c {
			return nil, fmt.Errorf("scan for references: %w: %s and %s", ErrCollision, other, c)
		}
		s.byHash[hash] = c
	}
	return s, nil
}

// file gives a writer for one file's bytes.
func (s *scanner) file(name string) io.Writer { return &fileScan{scanner: s, name: name} }

// text scans something that is there as a whole.
func (s *scanner) text(name, t string) {
	if len(t) >= hashLength {
		s.scan(name, []byte(t))
	}
}

// found lists the store paths seen, sorted.
func (s *scanner) found() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, slices.Sorted(maps.Keys(s.seen))...)
}

// scan looks at every window of 32 hexadecimal digits, from its end backwards:
// from a byte that is none it jumps behind that byte. In other data it so
// reads every 32nd byte, in hexadecimal text every byte once: what lies below
// known is known to be digits.
func (s *scanner) scan(name string, b []byte) {
	known := 0
	for start := 0; start+hashLength <= len(b); {
		end := start + hashLength
		i := end - 1
		for i >= start && i >= known && isHex[b[i]] {
			i--
		}
		known = end
		if i >= start && !isHex[b[i]] {
			start = i + 1
			continue
		}
		if path, ok := s.byHash[string(b[start:end])]; ok {
			s.hit(path)
		} else if isPath(b, start) {
			s.stranger(name, string(b[start:end]))
		}
		start++
	}
}

func (s *scanner) hit(path string) {
	s.mu.Lock()
	s.seen[path] = true
	s.mu.Unlock()
}

// isPath tells whether the hash at b[start:] stands in a whole store path.
func isPath(b []byte, start int) bool {
	end := start + hashLength
	return end < len(b) && b[end] == '-' && start >= len(pathPrefix) && string(b[start-len(pathPrefix):start]) == pathPrefix
}

func (s *scanner) stranger(name, hash string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, ok := s.strange[hash]; !ok || name < first {
		s.strange[hash] = name
	}
}

// undeclared is an error when a store path was seen that the build could not
// have: where it comes from is no part of the key, and what it names may never
// be there.
func (s *scanner) undeclared() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, hash := range slices.Sorted(maps.Keys(s.strange)) {
		return fmt.Errorf("%q: %w: it refers to %s%s-..., which its part does not declare", s.strange[hash], ErrUnfit, pathPrefix, hash)
	}
	return nil
}

// fileScan keeps the last bytes: a path may cross from one write into the
// next.
type fileScan struct {
	scanner *scanner
	name    string
	rest    []byte
}

func (f *fileScan) Write(p []byte) (int, error) {
	joined := append(f.rest, p[:min(len(p), border)]...)
	f.scanner.scan(f.name, joined)
	f.scanner.scan(f.name, p)
	last := p
	if len(p) < border {
		last = joined
	}
	f.rest = slices.Clone(last[max(0, len(last)-border):])
	return len(p), nil
}

var isHex = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true,
	'8': true, '9': true, 'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true,
}

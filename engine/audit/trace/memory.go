package trace

import "hash/maphash"

// memory is what programs found, by name; names are hashed, for there are many.
type memory struct {
	seed maphash.Seed
	had  map[uint64]struct{}
}

func newMemory() memory { return memory{maphash.MakeSeed(), map[uint64]struct{}{}} }

func (m memory) key(p *process, name string) uint64 {
	var h maphash.Hash
	h.SetSeed(m.seed)
	n := uint64(p.number)
	for range 8 {
		_ = h.WriteByte(byte(n))
		n >>= 8
	}
	_, _ = h.WriteString(name)
	return h.Sum64()
}

func (m memory) add(p *process, name string) { m.had[m.key(p, name)] = struct{}{} }

func (m memory) has(p *process, name string) bool {
	_, ok := m.had[m.key(p, name)]
	return ok
}

// misses are the programs that did not find something, by its name.
type misses map[string][]*process

func (m misses) add(name string, p *process) {
	all := m[name]
	if len(all) == 0 || all[len(all)-1] != p {
		m[name] = append(all, p)
	}
}

// never leaves those that did not find it elsewhere either.
func (m misses) never(name string, found func(*process) bool) *seen {
	var s seen
	for _, p := range m[name] {
		if !found(p) {
			s.add(p, "")
		}
	}
	if s.programs == 0 {
		return nil
	}
	return &s
}

package diff

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
)

// maxName is the kernel's bound for a path.
const maxName = 4095

// member is one entry of an archive.
type member struct {
	memberKey
	index  bool   // the table of symbols, which follows from the members
	data   []byte // the content, unless read is set
	read   func() ([]byte, error)
	fields []attribute
}

type memberKey struct {
	name string
	nth  int // of that name, from 0
}

// attribute is what an archive says of a member besides its content.
type attribute struct{ kind, name, value string }

func (m *member) content() ([]byte, error) {
	if m.read == nil {
		return m.data, nil
	}
	return m.read()
}

// archive compares the members of two archives.
func (l *looker) archive(f format, where string, a, b []byte, depth int) {
	var all [2][]*member
	for i, data := range [][]byte{a, b} {
		var err error
		if all[i], err = l.members(f, data); err != nil {
			l.unread(where, err)
			l.plain(where, a, b)
			return
		}
	}
	c := &archiveComparison{looker: l, where: where, depth: depth, same: map[attribute]int{}}
	c.compare(all[0], all[1])
}

// members lists an archive's members; those of one name are numbered.
func (l *looker) members(f format, data []byte) (all []*member, err error) {
	switch f {
	case formatAr:
		all, err = arMembers(data)
	case formatTar:
		all, err = l.tarMembers(data)
	default:
		all, err = l.zipMembers(data)
	}
	seen := map[string]int{}
	for _, m := range all {
		m.nth = seen[m.name]
		seen[m.name]++
	}
	return all, err
}

type archiveComparison struct {
	*looker
	where string
	depth int
	// same counts the members that differ in an attribute: an archive of a
	// thousand members with another time each is one finding.
	same map[attribute]int
}

func (c *archiveComparison) compare(a, b []*member) {
	total := c.total
	others := make(map[memberKey]*member, len(b))
	for _, m := range b {
		others[m.memberKey] = m
	}
	var common []memberKey
	var index [2][]byte
	for _, m := range a {
		other := others[m.memberKey]
		switch {
		case other == nil:
			c.add(Cause{Kind: CauseMember, Where: inside(c.where, m.name), Detail: "removed", Before: "present"})
			continue
		case m.index:
			index = [2][]byte{m.data, other.data}
		default:
			c.member(m, other)
		}
		common = append(common, m.memberKey)
		delete(others, m.memberKey)
	}
	for _, m := range b {
		if others[m.memberKey] != nil {
			c.add(Cause{Kind: CauseMember, Where: inside(c.where, m.name), Detail: "added", After: "present"})
		}
	}
	c.summary()
	c.order(b, common)
	if c.total == total && !bytes.Equal(index[0], index[1]) {
		c.add(Cause{Kind: CauseHeader, Where: c.where, Detail: "the table of symbols"})
	}
}

func (c *archiveComparison) member(a, b *member) {
	where := inside(c.where, a.name)
	for i, f := range a.fields {
		if i >= len(b.fields) || f.value == b.fields[i].value {
			continue
		}
		key := attribute{kind: f.kind, name: f.name}
		if c.same[key]++; c.same[key] <= maxSame {
			c.add(Cause{Kind: f.kind, Where: where, Detail: f.name, Before: cut(f.value), After: cut(b.fields[i].value)})
		}
	}
	before, err := a.content()
	var after []byte
	if err == nil {
		after, err = b.content()
	}
	if err != nil {
		c.unread(where, err)
		return
	}
	c.content(where, a.name, before, after, c.depth+1)
}

// summary counts what was not named one by one.
func (c *archiveComparison) summary() {
	for _, key := range slices.SortedFunc(maps.Keys(c.same), cmpAttribute) {
		if n := c.same[key] - maxSame; n > 0 {
			c.add(Cause{Kind: key.kind, Where: c.where, Detail: fmt.Sprintf("%s of %d more members", key.name, n)})
		}
	}
}

// order looks whether the members of both sides come in another order.
func (c *archiveComparison) order(b []*member, common []memberKey) {
	both := make(map[memberKey]bool, len(common))
	for _, k := range common {
		both[k] = true
	}
	i := 0
	for _, m := range b {
		if !both[m.memberKey] {
			continue
		}
		if m.memberKey != common[i] {
			c.add(Cause{Kind: CauseOrder, Where: c.where, Detail: "the members come in another order", Before: cut(common[i].name) + " first", After: cut(m.name) + " first"})
			return
		}
		i++
	}
}

package diff

import (
	"bytes"
	"cmp"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// elf compares two ELF files: what the dynamic linker reads first, then the
// sections.
func (l *looker) elf(where string, a, b []byte) {
	var files [2]*elfFile
	for i, data := range [][]byte{a, b} {
		f, err := parseELF(data)
		if err != nil {
			l.unread(where, fmt.Errorf("the %s file: %w", [2]string{"first", "second"}[i], err))
			l.plain(where, a, b)
			return
		}
		files[i] = f
	}
	c := &elfComparison{looker: l, where: where, a: files[0], b: files[1], known: map[string]bool{}}
	c.header()
	c.dynamic()
	c.symbols()
	c.sections()
	l.storePaths(where, a, b)
}

type elfComparison struct {
	*looker
	where string
	a, b  *elfFile
	known map[string]bool // strings that were reported already

	lookups int // how often a symbol was looked for
}

// differ adds a cause if two values do; section may be "".
func (c *elfComparison) differ(kind, section, detail, before, after string) {
	if before == after {
		return
	}
	c.add(Cause{Kind: kind, Where: at(c.where, section), Detail: detail, Before: before, After: after})
	for _, s := range []string{before, after} {
		for word := range strings.SplitSeq(s, ", ") {
			c.known[word] = true
		}
	}
}

func (c *elfComparison) header() {
	word := func(f *elfFile) string {
		return fmt.Sprintf("%s %s %s flags %#x", f.machine, f.kind, f.osabi, f.flags)
	}
	c.differ(CauseELFHeader, "", "", word(c.a), word(c.b))
	c.differ(CauseELFSegment, "", "", list(c.a.segments), list(c.b.segments))
	c.differ(CauseBuildID, "", "", c.a.buildID(), c.b.buildID())
	interpreter := func(f *elfFile) string {
		if s := f.named(".interp"); s != nil {
			return stringAt(s.data, 0)
		}
		return ""
	}
	c.differ(CauseInterpreter, "", "", interpreter(c.a), interpreter(c.b))
}

func (c *elfComparison) dynamic() {
	before, after := dynamicValues(c.a), dynamicValues(c.b)
	for _, t := range []struct {
		tag          elf.DynTag
		kind, detail string
	}{
		{elf.DT_NEEDED, CauseNeeded, ""},
		{elf.DT_SONAME, CauseSoname, ""},
		{elf.DT_RPATH, CauseRunpath, "RPATH"},
		{elf.DT_RUNPATH, CauseRunpath, ""},
		{elf.DT_FLAGS, CauseDynamic, "FLAGS"},
		{elf.DT_FLAGS_1, CauseDynamic, "FLAGS_1"},
	} {
		c.differ(t.kind, "", t.detail, list(before[t.tag]), list(after[t.tag]))
	}
}

func dynamicValues(f *elfFile) map[elf.DynTag][]string {
	all := map[elf.DynTag][]string{}
	f.dynamic(func(tag elf.DynTag, value uint64, text func() string) {
		if len(all[tag]) > maxListed {
			return
		}
		switch tag {
		case elf.DT_NEEDED, elf.DT_SONAME, elf.DT_RPATH, elf.DT_RUNPATH:
			all[tag] = append(all[tag], text())
		case elf.DT_FLAGS:
			all[tag] = append(all[tag], elf.DynFlag(value).String())
		case elf.DT_FLAGS_1:
			all[tag] = append(all[tag], elf.DynFlag1(value).String())
		}
	})
	return all
}

func (c *elfComparison) symbols() {
	before, after := c.a.dynamicSymbols(), c.b.dynamicSymbols()
	removed, added := missing(before, after), missing(after, before)
	if len(removed)+len(added) == 0 {
		return
	}
	for _, s := range slices.Concat(removed, added) {
		c.known[strings.TrimSuffix(s, " (undefined)")] = true
	}
	c.add(Cause{
		Kind: CauseSymbol, Where: c.where, Detail: signed(removed, added),
		Before: fmt.Sprintf("%d removed", len(removed)), After: fmt.Sprintf("%d added", len(added)),
	})
}

type sectionKey struct {
	name string
	nth  int
}

func (s *elfSection) key() sectionKey { return sectionKey{s.name, s.nth} }

func (c *elfComparison) sections() {
	others := map[sectionKey]int{}
	for i := range c.b.sections {
		others[c.b.sections[i].key()] = i
	}
	for i := range c.a.sections {
		s := &c.a.sections[i]
		j, ok := others[s.key()]
		if !ok {
			c.add(Cause{Kind: CauseELFSection, Where: at(c.where, s.name), Before: s.describe()})
			continue
		}
		delete(others, s.key())
		c.section(i, j)
	}
	for i := range c.b.sections {
		if s := &c.b.sections[i]; others[s.key()] == i && s.kind != elf.SHT_NULL {
			if _, left := others[s.key()]; left {
				c.add(Cause{Kind: CauseELFSection, Where: at(c.where, s.name), After: s.describe()})
			}
		}
	}
}

func (s *elfSection) describe() string { return fmt.Sprintf("%d bytes", s.size) }

// section compares the i-th section of one file with the j-th of the other.
func (c *elfComparison) section(i, j int) {
	a, b := &c.a.sections[i], &c.b.sections[j]
	if a.kind != b.kind || a.flags != b.flags {
		word := func(s *elfSection) string { return fmt.Sprintf("%s %s", s.kind, s.flags) }
		c.add(Cause{Kind: CauseELFSection, Where: at(c.where, a.name), Detail: "kind and flags", Before: word(a), After: word(b)})
	}
	if bytes.Equal(a.data, b.data) && a.size == b.size || follows(a.name) {
		return
	}
	cause := Cause{Kind: CauseELFSection, Where: at(c.where, a.name), Before: a.describe(), After: b.describe()}
	before, after := c.sectionData(a, 0), c.sectionData(b, 1)
	if bytes.Equal(before, after) && a.flags&elf.SHF_COMPRESSED != 0 {
		if c.hash[0] == "" {
			cause.Kind, cause.Detail = CauseCompression, "the same content, compressed differently"
			c.add(cause)
		}
		c.masked = c.masked || c.hash[0] != ""
		return
	}
	d := &byteDiff{first: -1}
	d.chunk(before, after)
	if d.first >= 0 {
		cause.Offset = offset(d.first)
		cause.Detail = fmt.Sprintf("first difference at %#x, %d bytes differ", d.first, d.count)
		if c.lookups++; c.lookups <= maxListed { // each may read a large table
			if name := cmp.Or(c.a.function(a, i, uint64(d.first)), c.b.function(b, j, uint64(d.first))); name != "" {
				cause.Detail += ", in " + cut(name)
			}
		}
	}
	var removed, added []string
	if a.holdsStrings() {
		removed, added = differentStrings(before, after)
		removed, added = c.unknown(removed), c.unknown(added)
		if text := signed(removed, added); text != "" {
			cause.Detail += "\n" + text
		}
	}
	c.timestamps(cause.Where, before, removed, added)
	c.add(cause)
}

// follows tells the sections of which something better was said.
func follows(name string) bool {
	return name == ".note.gnu.build-id" || name == ".shstrtab"
}

// unknown leaves out what was reported before.
func (c *elfComparison) unknown(all []string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return c.known[s] })
}

func (s *elfSection) holdsStrings() bool {
	if s.flags&elf.SHF_STRINGS != 0 || s.kind == elf.SHT_STRTAB {
		return true
	}
	for _, prefix := range []string{".rodata", ".data", ".comment", ".debug_str", ".debug_line_str", ".interp", ".gnu_debuglink"} {
		if strings.HasPrefix(s.name, prefix) {
			return true
		}
	}
	return false
}

// sectionData is a section's content, unpacked if it is compressed and that
// goes well.
func (c *elfComparison) sectionData(s *elfSection, side int) []byte {
	f := [2]*elfFile{c.a, c.b}[side]
	const zlibKind, zstdKind = uint32(elf.COMPRESS_ZLIB), uint32(elf.COMPRESS_ZSTD)
	header := 12
	if f.wide {
		header = 24
	}
	if s.flags&elf.SHF_COMPRESSED == 0 || len(s.data) < header {
		return s.data
	}
	format := formatZstd
	switch f.order.Uint32(s.data) {
	case zlibKind:
		format = formatZlib
	case zstdKind:
	default:
		return s.data
	}
	data, err := c.unpack(format, s.data[header:])
	if err != nil {
		c.unread(at(c.where, s.name), err)
		return s.data
	}
	if c.hash[0] != "" && c.hash[1] != "" {
		maskHash(data, c.hash[side])
	}
	return data
}

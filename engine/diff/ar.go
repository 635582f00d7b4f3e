package diff

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The ar reader is our own: a static library has GNU's or BSD's long names and
// a table of symbols, which neither github.com/blakesmith/ar nor the reader of
// rootfs/toolchain (a Debian package is a subset of ar) knows, and the former
// trusts the sizes.
const (
	arMagic  = "!<arch>\n"
	arHeader = 60
)

// arMembers lists the members of an ar archive. Those that hold the table of
// symbols are called "/" and "/SYM64/".
func arMembers(data []byte) (all []*member, err error) {
	var names []byte // GNU's table of long names
	for rest := data[len(arMagic):]; len(rest) > 0; {
		if len(rest) < arHeader || string(rest[58:60]) != "`\n" {
			return nil, fmt.Errorf("%w: no ar header at offset %#x", errDamaged, len(data)-len(rest))
		}
		field := func(from, to int) string { return strings.TrimRight(string(rest[from:to]), " ") }
		size, err := strconv.ParseUint(field(48, 58), 10, 63)
		if err != nil || size > uint64(len(rest)-arHeader) {
			return nil, fmt.Errorf("%w: the size of the ar member at offset %#x", errDamaged, len(data)-len(rest))
		}
		m := &member{memberKey: memberKey{name: field(0, 16)}, data: rest[arHeader : arHeader+size]}
		m.fields = []attribute{
			{CauseTimestamp, "mtime", arTime(field(16, 28))},
			{CauseOwner, "owner", field(28, 34) + ":" + field(34, 40)},
			{CauseMode, "mode", field(40, 48)},
		}
		rest = rest[arHeader+size:]
		if size%2 == 1 && len(rest) > 0 {
			rest = rest[1:] // members start at even offsets
		}
		if m.name == "//" {
			names = m.data
			continue
		}
		if err := m.longName(names); err != nil {
			return nil, err
		}
		if all = append(all, m); len(all) > maxMembers {
			return nil, errMany
		}
	}
	return all, nil
}

func arTime(s string) string {
	seconds, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return strconv.Quote(s)
	}
	return stamp(time.Unix(seconds, 0))
}

// longName replaces a reference to a long name by the name.
func (m *member) longName(names []byte) error {
	if text, ok := strings.CutPrefix(m.name, "#1/"); ok { // BSD: before the data
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n > uint64(len(m.data)) {
			return fmt.Errorf("%w: the long name of an ar member", errDamaged)
		}
		m.name, m.data = string(bytes.TrimRight(m.data[:n], "\x00")), m.data[n:]
		return nil
	}
	if m.name == "/" || m.name == "/SYM64/" {
		m.index = true
		return nil
	}
	text, ok := strings.CutPrefix(m.name, "/")
	if !ok {
		m.name = strings.TrimSuffix(m.name, "/")
		return nil
	}
	offset, err := strconv.ParseUint(text, 10, 63)
	if err != nil || offset >= uint64(len(names)) {
		return fmt.Errorf("%w: %w", errDamaged, errors.New("the long name of an ar member"))
	}
	name, _, _ := bytes.Cut(names[offset:min(offset+maxName, uint64(len(names)))], []byte("\n"))
	m.name = strings.TrimSuffix(string(name), "/")
	return nil
}

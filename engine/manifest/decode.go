package manifest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Decode reads an encoded manifest and accepts canonical bytes only: what it
// returns encodes to data again. It fails with ErrVersion or ErrInvalid and
// never trusts a path: none is absolute, climbs, or lies below a file.
func Decode(data []byte) (*Manifest, error) {
	body, ok := bytes.CutPrefix(data, []byte(header))
	if !ok {
		return nil, fmt.Errorf("decode manifest: %w: it does not start with %q", ErrVersion, strings.TrimSpace(header))
	}
	m := &Manifest{Entries: make([]Entry, 0, bytes.Count(body, []byte("\n")))}
	number := 1
	for line := range bytes.Lines(body) {
		number++
		e, err := parseLine(string(line))
		if err != nil {
			return nil, fmt.Errorf("decode manifest: %w: line %d: %w", ErrInvalid, number, err)
		}
		m.Entries = append(m.Entries, e)
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("decode manifest: %w", err)
	}
	// One comparison finds every spelling that is not the canonical one.
	if !bytes.Equal(m.encode(), data) {
		return nil, fmt.Errorf("decode manifest: %w: it is not in canonical form", ErrInvalid)
	}
	return m, nil
}

func parseLine(line string) (Entry, error) {
	line, ok := strings.CutSuffix(line, "\n")
	if !ok {
		return Entry{}, fmt.Errorf("the line does not end")
	}
	fields := strings.Split(line, " ")
	if len(fields) < 3 {
		return Entry{}, fmt.Errorf("%d fields are too few", len(fields))
	}
	path, err := unescape(fields[0])
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Path: path, Kind: Kind(fields[1])}
	return e, e.parseRest(fields[2:])
}

// parseRest reads what follows path and kind.
func (e *Entry) parseRest(fields []string) (err error) {
	want := 1
	if e.Kind == File {
		want = 3
	}
	if len(fields) != want {
		return fmt.Errorf("%q has %d fields too many or too few", e.Path, len(fields)-want)
	}
	if e.Kind == Symlink {
		e.Mode = 0o777
		e.Target, err = unescape(fields[0])
		return err
	}
	mode, err := strconv.ParseUint(fields[0], 8, 12)
	if err != nil {
		return fmt.Errorf("mode %q is not four octal digits", fields[0])
	}
	e.Mode = uint32(mode)
	if e.Kind != File {
		return nil
	}
	if e.Size, err = strconv.ParseInt(fields[1], 10, 64); err != nil {
		return fmt.Errorf("size %q is not a number of bytes", fields[1])
	}
	e.Digest = fields[2]
	return nil
}

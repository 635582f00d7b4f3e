package manifest

import (
	"fmt"
	"strconv"
)

// header is the first line of the one version there is.
const header = "belljar manifest 1\n"

// Encode gives the canonical bytes: docs/manifest.md has the grammar. A
// manifest that is not a sorted, complete tree fails with ErrInvalid.
func (m *Manifest) Encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return m.encode(), nil
}

func (m *Manifest) encode() []byte {
	out := make([]byte, 0, len(header)+128*len(m.Entries))
	out = append(out, header...)
	for i := range m.Entries {
		out = m.Entries[i].appendLine(out)
	}
	return out
}

func (e *Entry) appendLine(out []byte) []byte {
	out = appendEscaped(out, e.Path)
	out = append(out, ' ')
	out = append(out, e.Kind...)
	out = append(out, ' ')
	if e.Kind == Symlink {
		return append(appendEscaped(out, e.Target), '\n')
	}
	// Four octal digits, always: the mode is at most 0o7777.
	out = append(out, '0'+byte(e.Mode>>9), '0'+byte(e.Mode>>6&7), '0'+byte(e.Mode>>3&7), '0'+byte(e.Mode&7))
	if e.Kind == File {
		out = append(out, ' ')
		out = strconv.AppendInt(out, e.Size, 10)
		out = append(out, ' ')
		out = append(out, e.Digest...)
	}
	return append(out, '\n')
}

package diff

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// format is what the bytes of a file are, as the report names it.
type format string

const (
	formatText  format = "text"
	formatELF   format = "ELF"
	formatAr    format = "ar archive"
	formatTar   format = "tar archive"
	formatZip   format = "zip archive"
	formatGzip  format = "gzip"
	formatXz    format = "xz"
	formatZstd  format = "zstd"
	formatBzip2 format = "bzip2"
	formatPyc   format = "Python bytecode"
	formatData  format = "data"
)

// nests tells what holds other files.
func (f format) nests() bool {
	switch f {
	case formatAr, formatTar, formatZip, formatGzip, formatXz, formatZstd, formatBzip2:
		return true
	}
	return false
}

// detect tells the format from the bytes; the name counts for bytecode alone,
// whose magic number is no more than a line's end.
func detect(name string, data []byte) format {
	for _, m := range []struct {
		magic  string
		format format
	}{
		{"\x7fELF", formatELF},
		{arMagic, formatAr},
		{"PK\x03\x04", formatZip},
		{"PK\x05\x06", formatZip},
		{"\x1f\x8b\x08", formatGzip},
		{"\xfd7zXZ\x00", formatXz},
		{"\x28\xb5\x2f\xfd", formatZstd},
		{"BZh", formatBzip2},
	} {
		if bytes.HasPrefix(data, []byte(m.magic)) {
			return m.format
		}
	}
	switch {
	case len(data) >= 512 && string(data[257:262]) == "ustar":
		return formatTar
	case (strings.HasSuffix(name, ".pyc") || strings.HasSuffix(name, ".pyo")) && len(data) >= 8 && binary.BigEndian.Uint16(data[2:]) == 0x0d0a:
		return formatPyc
	case isText(data):
		return formatText
	}
	return formatData
}

// isText asks for no more than that no byte is one that text never has: the
// encoding may be any.
func isText(data []byte) bool {
	for _, c := range data {
		if c < ' ' && (c < '\a' || c > '\r') && c != 0x1b {
			return false
		}
	}
	return true
}

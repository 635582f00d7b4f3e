package escape

import (
	"archive/tar"
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// hostileArchive makes a tar file of lines
//
//	file|setuid|dir|symlink|link|fifo|char|block NAME [TARGET]
//	deep COUNT        folders within each other, and a file at the end
//	sparse NAME SIZE  a file that is all hole
//	pax KEY VALUE     for the next entry
//	gnu NAME          a file whose long name stands in an entry of its own
//
// where names are words, or quoted as in Go. Content is the word "hostile".
func hostileArchive(text string) ([]byte, error) {
	h := &hostile{}
	h.w = tar.NewWriter(&h.b)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words, err := split(fill(line))
		if err == nil {
			err = h.line(words)
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
	}
	err := h.w.Close()
	return h.b.Bytes(), err
}

type hostile struct {
	b bytes.Buffer
	w *tar.Writer
}

var kinds = map[string]byte{
	"file": tar.TypeReg, "dir": tar.TypeDir, "symlink": tar.TypeSymlink, "link": tar.TypeLink,
	"fifo": tar.TypeFifo, "char": tar.TypeChar, "block": tar.TypeBlock, "setuid": tar.TypeReg,
}

func (h *hostile) line(words []string) error {
	if kind, ok := kinds[words[0]]; ok {
		header := &tar.Header{Typeflag: kind, Name: words[1], Mode: 0o755, Devmajor: 1, Devminor: 3}
		if len(words) > 2 {
			header.Linkname = words[2]
		}
		if words[0] == "setuid" {
			header.Mode = 0o6755
		}
		return h.put(header)
	}
	switch words[0] {
	case "deep":
		return h.deep(words[1])
	case "gnu":
		return h.put(&tar.Header{Typeflag: tar.TypeReg, Name: words[1], Mode: 0o644, Format: tar.FormatGNU})
	case "sparse":
		return h.sparse(words[1], words[2])
	case "pax":
		return h.override(words[1], words[2])
	}
	return fmt.Errorf("unknown word")
}

func (h *hostile) put(header *tar.Header) error {
	const content = "hostile\n"
	if header.Typeflag == tar.TypeReg {
		header.Size = int64(len(content))
	}
	if err := h.w.WriteHeader(header); err != nil {
		return err
	}
	if header.Size == 0 {
		return nil
	}
	_, err := h.w.Write([]byte(content))
	return err
}

func (h *hostile) deep(count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	return h.put(&tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("d/", n) + "file", Mode: 0o644, Format: tar.FormatGNU})
}

// split takes a line apart; a word in quotes may hold anything.
func split(line string) ([]string, error) {
	var words []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] != '"' {
			word, rest, _ := strings.Cut(line, " ")
			words, line = append(words, word), rest
			continue
		}
		quoted, err := strconv.QuotedPrefix(line)
		if err != nil {
			return nil, err
		}
		word, err := strconv.Unquote(quoted)
		if err != nil {
			return nil, err
		}
		words, line = append(words, word), line[len(quoted):]
	}
	return words, nil
}

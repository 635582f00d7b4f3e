package escape

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"strings"
)

// hostileZip makes a zip file of the lines "file NAME" and "symlink NAME
// TARGET"; see hostileArchive.
func hostileZip(text string) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		words, err := split(fill(line))
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		header, content := &zip.FileHeader{Name: words[1]}, "hostile\n"
		header.SetMode(0o755)
		if words[0] == "symlink" {
			header.SetMode(fs.ModeSymlink | 0o777)
			content = words[2]
		}
		entry, err := w.CreateHeader(header)
		if err != nil {
			return nil, err
		}
		if _, err := entry.Write([]byte(content)); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

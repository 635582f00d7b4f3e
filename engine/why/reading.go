package why

import (
	"bytes"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"belljar.build/rootfs"
)

// reading is what a loader or the kernel makes of one file.
type reading struct {
	file      string
	in        io.ReaderAt
	firstLine int64 // where the #! line ends; 0 without one
	elf       *dynamic
	dirs      []searched
	found     []library
}

// searched is one entry of the RUNPATH.
type searched struct {
	entry string // as written
	base  string // the output that it leads into; "" for none
	dir   string // beneath that
}

// library is a NEEDED one with the entry that it is found by.
type library struct {
	name string
	by   searched
}

func (c *scanner) read(file string, in *os.File) *reading {
	r := &reading{file: file, in: in, firstLine: shebang(in), elf: readDynamic(in)}
	if r.elf == nil {
		return r
	}
	folder := path.Join(rootfs.Logical, c.output.Path, path.Dir(file))
	for _, entry := range strings.Split(r.elf.runpath, ":") {
		r.dirs = append(r.dirs, resolve(entry, folder))
	}
	for _, name := range r.elf.needed {
		for _, d := range r.dirs {
			if d.base != "" && !strings.Contains(name, "/") && c.exists(d, name) {
				r.found = append(r.found, library{name, d})
				break
			}
		}
	}
	return r
}

// resolve reads an entry as the loader does for a program in folder.
func resolve(entry, folder string) searched {
	s := searched{entry: entry}
	dir := strings.NewReplacer("${ORIGIN}", folder, "$ORIGIN", folder).Replace(entry)
	if rest, ok := strings.CutPrefix(path.Clean(dir), rootfs.Logical+"/"); ok {
		s.base, s.dir, _ = strings.Cut(rest, "/")
	}
	return s
}

// exists looks for a library in another output, never outside it.
func (c *scanner) exists(s searched, name string) bool {
	root, err := os.OpenRoot(filepath.Join(c.store.Dir(), s.base))
	if err != nil {
		return false
	}
	defer root.Close()
	_, err = root.Lstat(filepath.Join(s.dir, name))
	return err == nil
}

// shebang is how long the #! line is that a file starts with, 0 if it does not.
func shebang(in io.ReaderAt) int64 {
	head := make([]byte, 256) // the kernel reads no more
	n, _ := in.ReadAt(head, 0)
	if head = head[:n]; !bytes.HasPrefix(head, []byte("#!")) {
		return 0
	}
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		return int64(i)
	}
	return int64(len(head))
}

// explain adds what the hits in this file mean: what a loader or the kernel
// reads there, and, for the others, where they stand.
func (r *reading) explain(f *finding, h hits) {
	structural := false
	if r.elf != nil {
		structural = r.explainELF(f)
	}
	const most = 3 // strings of one file
	listed := 0
	for _, offset := range h.offsets {
		switch {
		case offset < r.firstLine:
			f.add(Evidence{Kind: Shebang, File: r.file, Text: around(r.in, offset)})
		case structural && r.elf.holds(offset):
		case listed < most:
			listed++
			f.add(Evidence{Kind: r.textKind(offset), File: r.file, Offset: offset, Text: around(r.in, offset)})
		default:
			f.total++
		}
	}
	f.total += h.total - len(h.offsets)
}

// textKind tells what a program may read itself from a RUNPATH that was taken
// away without its text.
func (r *reading) textKind(offset int64) string {
	if r.elf != nil && r.elf.strings.has(offset) {
		return Leftover
	}
	return Text
}

// explainELF says whether the loader reads the path somewhere.
func (r *reading) explainELF(f *finding) bool {
	before := f.total
	if strings.Contains(r.elf.interpreter, f.to.Path[:hashLength]) {
		f.add(Evidence{Kind: Interpreter, File: r.file, Text: r.elf.interpreter})
	}
	used := map[string]bool{} // folders: an entry often stands twice, see package step
	for _, l := range r.found {
		if l.by.base == f.to.Path {
			used[l.by.dir] = true
			f.add(Evidence{Kind: Needed, File: r.file, Library: l.name, Entry: l.by.entry})
		}
	}
	for _, name := range r.elf.needed {
		if strings.Contains(name, f.to.Path[:hashLength]) {
			f.add(Evidence{Kind: Needed, File: r.file, Library: name})
		}
	}
	for _, d := range r.dirs {
		if d.base == f.to.Path && !used[d.dir] {
			used[d.dir] = true
			f.add(Evidence{Kind: RunPath, File: r.file, Entry: d.entry})
		}
	}
	return f.total > before
}

// around is the text that a reference stands in: what can be printed before and
// behind it, of a bounded length; … stands for more of it.
func around(in io.ReaderAt, offset int64) string {
	const before, behind = 64, 160
	start := max(0, offset-before)
	text := make([]byte, offset-start+behind)
	n, _ := in.ReadAt(text, start)
	whole := n < len(text)
	text = text[:n]
	middle := min(int(offset-start), len(text))
	from, to := middle, middle
	for from > 0 && printable(text[from-1]) {
		from--
	}
	for to < len(text) && printable(text[to]) {
		to++
	}
	shown := string(text[from:to])
	if from == 0 && start > 0 {
		shown = "…" + shown
	}
	if to == n && !whole {
		shown += "…"
	}
	return strings.TrimSpace(shown)
}

func printable(c byte) bool { return c >= ' ' && c < 0x7f }

//go:build ignore

// Generate writes the table of package debian.
//
//	go run generate.go -out table.zst FILE...
//
// The files are indices as apt keeps them, not compressed, told apart by what
// they hold: Contents-amd64 and Contents-all, whose lines are a path and the
// packages that have it, and Packages, which names the sources. apt gets the
// first two along with the third when its configuration has an
// Acquire::IndexTargets::deb::Contents-deb, as the package apt-file brings it;
// /usr/lib/apt/apt-helper cat-file prints them.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// item is one name that packages have: kind is a letter of package debian.
type item struct {
	kind byte
	name string
}

type index struct {
	has     map[string][]item // by package
	sources map[string]string
}

func main() {
	out := flag.String("out", "table.zst", "the table")
	flag.Parse()
	x := &index{map[string][]item{}, map[string]string{}}
	for _, name := range flag.Args() {
		if err := x.read(name); err != nil {
			log.Fatal(err)
		}
	}
	text := x.text()
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(8<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		log.Fatal(err)
	}
	packed := e.EncodeAll(text, nil)
	if err := os.WriteFile(*out, packed, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d packages, %d bytes, %d compressed\n", len(x.has), len(text), len(packed))
}

func (x *index) read(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	var name1, source string
	for s.Scan() {
		line := s.Text()
		switch key, value, _ := strings.Cut(line, ": "); {
		case key == "Package":
			name1, source = value, ""
		case key == "Source" && name1 != "":
			source, _, _ = strings.Cut(value, " ")
		case line == "" && source != "":
			x.sources[name1] = source
		case name1 == "":
			x.file(line)
		}
	}
	return s.Err()
}

// leisure are sections whose programs hardly any build runs.
var leisure = []string{"electronics/", "games/", "gnome/", "hamradio/", "kde/", "science/", "sound/", "video/", "xfce/"}

// file takes a line of a Contents index: a path and "section/package,...".
func (x *index) file(line string) {
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return
	}
	it, ok := classify(strings.TrimSpace(line[:i]))
	if !ok {
		return
	}
	for _, p := range strings.Split(line[i+1:], ",") {
		section, p := path.Split(p)
		if it.kind == 'B' && slices.Contains(leisure, section) {
			continue
		}
		if !slices.Contains(x.has[p], it) {
			x.has[p] = append(x.has[p], it)
		}
	}
}

func classify(file string) (item, bool) {
	if strings.ContainsAny(file, " \t") {
		return item{}, false
	}
	folder, name := path.Split(file)
	switch folder {
	case "bin/", "sbin/", "usr/bin/", "usr/sbin/":
		return item{'B', name}, !strings.Contains(name, "-linux-") && !strings.Contains(name, "mingw")
	case "usr/lib/", "usr/lib/x86_64-linux-gnu/", "lib/", "lib/x86_64-linux-gnu/":
		stem, ok := strings.CutPrefix(name, "lib")
		if end := path.Ext(stem); ok && (end == ".so" || end == ".a") {
			return item{'L', strings.TrimSuffix(stem, end)}, true
		}
	case "usr/lib/pkgconfig/", "usr/share/pkgconfig/", "usr/lib/x86_64-linux-gnu/pkgconfig/":
		stem, ok := strings.CutSuffix(name, ".pc")
		return item{'P', stem}, ok
	}
	if header, ok := strings.CutPrefix(file, "usr/include/"); ok {
		return item{'H', strings.TrimPrefix(header, "x86_64-linux-gnu/")}, true
	}
	return item{}, false
}

// many is how many headers a source may have in one folder of its own before they
// are told as all that is in it.
const many = 20

func (x *index) text() []byte {
	owners := x.owners()
	var b bytes.Buffer
	source := ""
	for _, name := range x.order() {
		var lines [][]string
		headers := map[string][]string{}
		plain := map[byte][]string{}
		for _, it := range x.has[name] {
			if it.kind != 'H' {
				plain[it.kind] = append(plain[it.kind], it.name)
				continue
			}
			top, rest, deep := strings.Cut(it.name, "/")
			switch {
			case !deep:
				headers["."] = append(headers["."], top)
			case owners[top] != nil && owners[top].all > many:
				if owners[top].most == name {
					headers[top] = []string{"*"}
				}
			case !strings.Contains(rest, "/"):
				headers[top] = append(headers[top], rest)
			}
		}
		for _, kind := range slices.Sorted(maps.Keys(plain)) {
			slices.Sort(plain[kind])
			lines = append(lines, append([]string{string(kind)}, plain[kind]...))
		}
		for _, folder := range slices.Sorted(maps.Keys(headers)) {
			slices.Sort(headers[folder])
			lines = append(lines, append([]string{"H" + folder}, headers[folder]...))
		}
		if len(lines) == 0 {
			continue
		}
		if from := cmp.Or(x.sources[name], name); from != source {
			source = from
			fmt.Fprintf(&b, "@ %s\n", source)
		}
		if name != source {
			fmt.Fprintf(&b, "= %s\n", name)
		}
		for _, l := range lines {
			fmt.Fprintln(&b, strings.Join(l, " "))
		}
	}
	return b.Bytes()
}

// owner is whose all headers of a folder are.
type owner struct {
	source string
	most   string // the package that has most of them
	all, n int    // how many there are, and that package has
}

// owners finds the folders of /usr/include whose headers are all of one source;
// of others it has nil.
func (x *index) owners() map[string]*owner {
	owners := map[string]*owner{}
	for _, name := range x.order() {
		in := map[string]int{}
		for _, it := range x.has[name] {
			if top, _, deep := strings.Cut(it.name, "/"); it.kind == 'H' && deep {
				in[top]++
			}
		}
		source := cmp.Or(x.sources[name], name)
		for top, n := range in {
			o, other := owners[top]
			switch {
			case !other:
				owners[top] = &owner{source, name, n, n}
			case o == nil || o.source != source:
				owners[top] = nil
			default:
				if o.all += n; n > o.n {
					o.most, o.n = name, n
				}
			}
		}
	}
	return owners
}

// order brings those of one source together, which compresses best; the one that
// is called like it is first.
func (x *index) order() []string {
	return slices.SortedFunc(maps.Keys(x.has), func(a, b string) int {
		own := func(name string) int { return min(1, len(x.sources[name])) }
		return cmp.Or(cmp.Compare(cmp.Or(x.sources[a], a), cmp.Or(x.sources[b], b)), own(a)-own(b), strings.Compare(a, b))
	})
}
